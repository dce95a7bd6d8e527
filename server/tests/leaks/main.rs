//! No byte of an institution's private matter reaches anybody else, whatever they ask: pages, exports, search,
//! suggestions, server functions, history, forms.

#![allow(clippy::unwrap_used)]

mod questions;
mod stage;

use assessments::access::Role;
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::desk::WriteInput;
use assessments::id::{InstitutionId, ServiceId};
use assessments::lang::Lang;
use assessments::store::BasketCellKey;
use questions::{about_thread, private_questions, questions};
use stage::{SECRETS, Stage, approved, talk_in_private};

#[tokio::test]
async fn nothing_of_b_reaches_anybody_but_b() {
    let stage = Stage::open().await;
    let (ichiro, b_cookie) = stage.person("editor@b-bank.example", Some("b-bank"), Role::Editor).await;
    let own = |address: &str, text: &str| (Address::parse(address).unwrap(), text.to_owned());
    let input = WriteInput {
        key: SheetKey { service: ServiceId::parse("s3").unwrap(), layer: Layer::parse("i:b-bank").unwrap() },
        base: 0,
        cells: vec![
            own("criteria/K07/limits/ja", &format!("{} {}", SECRETS[0], SECRETS[1])),
            own("criteria/K07/guardrails", "config:zaphiro-reason | full"),
            own("notes/new-1/note/ja", SECRETS[0]),
            own("adoption/service/verdict", "with_conditions"),
            own("adoption/service/conditions", SECRETS[0]),
            own("risks/K07/accepted", SECRETS[1]),
            own("risks/K07/expires", "2026-01-01"),
        ],
        reason: SECRETS[2].into(),
        door: Door::Browser,
        source: String::new(),
    };
    stage.desk.write(&ichiro, &input).await.unwrap();
    let thread = talk_in_private(&stage, &ichiro, &input.key).await;
    let approval = approved(&stage, &ichiro).await;
    stage.desk.follow().await.unwrap();

    let found = |answer: &str| SECRETS.iter().any(|s| answer.contains(s));
    let at_home = stage.ask("GET", "/services/s3/criteria", &b_cookie, "").await;
    assert!(found(&at_home), "B's own people see it: the words are really there");
    let searched = stage.ask("GET", "/search?q=zaphiroverdict", &b_cookie, "").await;
    assert!(searched.matches("zaphiroverdict").count() > 2, "and find it");

    let mut strangers = vec![("nobody".to_owned(), String::new())];
    for role in Role::ALL {
        let place = (!role.is_installation()).then_some("a-bank");
        let (_, cookie) = stage.person(&format!("{}@a-bank.example", role.key()), place, role).await;
        strangers.push((role.key().to_owned(), cookie));
    }
    // B collects and saves, and shares both at home; their names are as secret as the rest.
    let b_bank = InstitutionId::parse("b-bank").unwrap();
    let private = Layer::Institution(b_bank.clone());
    let (service, address) = (ServiceId::parse("s3").unwrap(), Address::parse("criteria/K07/limits/ja").unwrap());
    let cell = BasketCellKey { service, layer: private, address };
    let (basket, _) = stage.desk.collect(&ichiro, None, &[cell], Lang::Ja).await.unwrap();
    stage.desk.set_basket(&ichiro, &basket, SECRETS[0], Some(&b_bank)).await.unwrap();
    let saved = stage.desk.save_search(&ichiro, SECRETS[1], "q=zaphiroverdict", Some(&b_bank)).await.unwrap();
    for (path, word) in [("/basket", SECRETS[0]), ("/searches", SECRETS[1])] {
        assert!(stage.ask("GET", path, &b_cookie, "").await.contains(word), "{path}");
    }
    let exported = stage.ask("GET", &format!("/basket/{basket}/export?format=xlsx"), &b_cookie, "").await;
    assert!(exported.contains(SECRETS[0]), "B's own people take it home");
    let of_b = [
        ("GET", format!("/basket/{basket}"), String::new()),
        ("GET", format!("/basket/{basket}/export?format=xlsx"), String::new()),
        ("GET", format!("/basket/{basket}/export?format=md"), String::new()),
        ("POST", format!("/basket/{basket}"), "verb=settings&name=x&share=a-bank".to_owned()),
        ("POST", format!("/basket/{basket}"), "verb=remove".to_owned()),
        (
            "POST",
            format!("/basket/{basket}"),
            "verb=remark&remark=x&cell=s3+i:b-bank+criteria/K07/limits/ja".to_owned(),
        ),
        (
            "POST",
            "/basket/collect".to_owned(),
            format!("basket={basket}&cell=s3+shared+criteria/K07/summary/ja&back=/"),
        ),
        ("POST", format!("/searches/{saved}"), "verb=open".to_owned()),
        ("POST", format!("/searches/{saved}"), "verb=remove".to_owned()),
    ];

    let mut asked = 0;
    for (who, cookie) in &strangers {
        let private = about_thread(&thread).into_iter().chain(private_questions(&approval)).chain(of_b.iter().cloned());
        for (method, path, form) in questions().into_iter().chain(private) {
            if path.starts_with("/live") && !cookie.is_empty() {
                continue;
            }
            let answer = stage.ask(method, &path, cookie, &form).await;
            // What was typed comes back in a search box, and nothing else of it.
            let typed = ["zaphiro", "zaphiroverdict"].iter().any(|w| path.contains(w) || form.contains(w));
            let leaks = if typed { answer.contains(SECRETS[0]) } else { found(&answer) };
            assert!(!leaks, "{who} {method} {path}: {answer}");
            if typed && path.starts_with("/search") {
                let counted = answer.contains("class=\"hit\"");
                assert!(!counted, "{who} {path} counts what it must not know");
            }
            // Ids that one got hold of open nothing, and are told apart from nothing.
            if !cookie.is_empty() && (path.contains(&thread.0) || form.contains(&thread.0)) {
                assert!(answer.starts_with("404"), "{who} {method} {path} {form} {answer}");
            }
            let mine = ["/services/s3/adoption", "/adoption", "/approvals/"].iter().any(|p| path.starts_with(p));
            if mine && !cookie.is_empty() {
                let of_b = path.contains("institution=b-bank") || form.contains("institution=b-bank");
                // In one's own institution the role is asked for before the id.
                let refused = answer.starts_with("404") || (!of_b && answer.starts_with("403"));
                assert!(refused || !(of_b || path.contains(&approval)), "{who} {method} {path} {form} {answer}");
            }
            // The questions are put as the pages put them: somebody who may ask is answered.
            if path.starts_with("/api/") && !cookie.is_empty() {
                assert!(answer.starts_with("200"), "{who} {path} {answer}");
            }
            asked += 1;
        }
    }
    assert!(asked > 250, "{asked}");
    let kept = stage.desk.basket(&ichiro, &basket).await.unwrap();
    assert!(kept.cells.len() == 1 && kept.cells[0].remark.is_empty(), "and nobody touched it");
}

#[tokio::test]
async fn a_private_text_moves_no_count_no_order_and_no_page_of_others() {
    let stage = Stage::open().await;
    let (ichiro, b_cookie) = stage.person("editor@b-bank.example", Some("b-bank"), Role::Editor).await;
    let (_, stranger) = stage.person("reader@a-bank.example", Some("a-bank"), Role::Reader).await;
    stage.desk.follow().await.unwrap();
    let pages = [
        "/search?q=%E6%9A%97%E5%8F%B7%E5%8C%96",
        "/search?q=%E6%9A%97%E5%8F%B7%E5%8C%96&view=flat&category=K07",
        "/search?q=%E6%9A%97%E5%8F%B7&in=criteria",
        "/categories/K07",
        "/guardrail?id=securityhub:S3.5",
        "/services/s3",
    ];
    let mut before = Vec::new();
    for path in pages {
        before.push(stage.ask("GET", path, &stranger, "").await);
    }
    let cell = |address: &str, text: &str| (Address::parse(address).unwrap(), text.to_owned());
    let input = WriteInput {
        key: SheetKey { service: ServiceId::parse("s3").unwrap(), layer: Layer::parse("i:b-bank").unwrap() },
        base: 0,
        cells: vec![
            cell("criteria/K07/limits/ja", "暗号化 暗号化 S3.5 を当行では必須とする。"),
            cell("criteria/K07/availability", "not_offered"),
            cell("notes/new-1/note/ja", "暗号化の例外は S3.5 で検出する。"),
        ],
        reason: String::new(),
        door: Door::Browser,
        source: String::new(),
    };
    stage.desk.write(&ichiro, &input).await.unwrap();
    stage.desk.follow().await.unwrap();
    for (path, before) in pages.iter().zip(before) {
        assert_eq!(stage.ask("GET", path, &stranger, "").await, before, "{path}");
    }
    let at_home = stage.ask("GET", pages[0], &b_cookie, "").await;
    assert!(at_home.contains("当行では必須とする") && at_home.contains("非公開"), "its own people find it, marked");
    let mentions = stage.ask("GET", "/guardrail?id=securityhub:S3.5", &b_cookie, "").await;
    assert!(mentions.contains("当行では必須とする") && mentions.contains("data-private"), "{mentions}");
}
