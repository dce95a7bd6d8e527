//! Search and what is kept of it.

use super::stage::TestApp;
use assessments::access::{Actor, Role};
use assessments::cell::SheetKey;
use assessments::id::ServiceId;
use assessments::link::escape;
use assessments::review::{Scope, Verdict};
use axum::http::{StatusCode, header};

#[tokio::test]
async fn a_cell_is_collected_by_a_button_and_taken_home_as_a_workbook() {
    let app = TestApp::start().await;
    let (editor, other) = (app.person("a-bank", Role::Editor).await, app.person("b-bank", Role::Editor).await);
    let found = app.get("/search?q=%E6%9A%97%E5%8F%B7%E5%8C%96", &editor).await;
    assert!(found.body.contains("action=\"/basket/collect\"") && found.body.contains("<mark>"), "{}", found.body.len());
    let form = "cell=s3+shared+criteria/K07/summary/ja&back=/search%3Fq%3Dx%23take";
    let collected = app.post("/basket/collect", &editor, form).await;
    assert_eq!(
        (collected.status, collected.location.as_str()),
        (StatusCode::SEE_OTHER, "/search?q=x&done=collected-1#take")
    );
    let again = app.post("/basket/collect", &editor, form).await;
    assert_eq!(again.location, "/search?q=x&done=collected-0#take");
    let list = app.get("/basket", &editor).await.body;
    let basket = list.split("href=\"/basket/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let remark = "verb=remark&remark=%3Cb%3E&cell=s3+shared+criteria/K07/summary/ja";
    assert_eq!(app.post(&format!("/basket/{basket}"), &editor, remark).await.status, StatusCode::SEE_OTHER);
    let page = app.get(&format!("/basket/{basket}"), &editor).await.body;
    assert!(page.contains("&lt;b&gt;") && page.contains("K07"), "{page}");
    let long = format!("verb=remark&remark={}&cell=s3+shared+criteria/K07/summary/ja", "a".repeat(2_001));
    let refused = app.post(&format!("/basket/{basket}"), &editor, &long).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains(&"a".repeat(2_001)), "what was typed is still there");
    for (format, kind) in [("xlsx", "spreadsheetml"), ("md", "text/markdown")] {
        let file = app.get(&format!("/basket/{basket}/export?format={format}"), &editor).await;
        assert!(file.headers[header::CONTENT_TYPE].to_str().unwrap().contains(kind), "{format}");
    }
    for path in [format!("/basket/{basket}"), format!("/basket/{basket}/export")] {
        assert_eq!(app.get(&path, &other).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(app.post(&format!("/basket/{basket}"), &editor, "verb=remove").await.location, "/basket?done=removed");
}

#[tokio::test]
async fn a_search_is_saved_by_a_form_and_opening_it_marks_what_is_new() {
    let app = TestApp::start().await;
    let editor = app.person("a-bank", Role::Editor).await;
    let form = "verb=save&name=%E7%9B%A3%E8%A6%96&query=q%3Dalphabetagamma%26category%3DK07&share=";
    assert_eq!(app.post("/searches", &editor, form).await.location, "/searches?done=saved");
    let list = app.get("/searches", &editor).await.body;
    assert!(list.contains("監視") && list.contains("新着なし"), "{list}");
    let id = list.split("action=\"/searches/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let opened = app.post(&format!("/searches/{id}"), &editor, "verb=open").await;
    assert!(opened.location.starts_with("/search?q=alphabetagamma&category=K07&since="), "{}", opened.location);
    assert_eq!(app.get(&opened.location, &editor).await.status, StatusCode::OK);
    let unnamed = app.post("/searches", &editor, "verb=save&name=+&query=q%3Dkept-query").await;
    assert_eq!(unnamed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unnamed.body.contains("kept-query"));
}

#[tokio::test]
async fn synonyms_are_read_by_everybody_and_changed_by_coordinators_with_a_form() {
    let app = TestApp::start().await;
    let reader = app.person("a-bank", Role::Editor).await;
    let chief = Actor::command_line();
    let token = app.desk.add_person(&chief, "c@x.example", "C", &[(None, Role::Coordinator)]).await.unwrap();
    let answer = app.post(&format!("/welcome/{token}"), "", "password=correct+horse+battery").await;
    let coordinator = answer.cookie.split(';').next().unwrap().to_owned();
    let page = app.get("/synonyms?try=zaphirox", &reader).await.body;
    assert!(page.contains("当てはまる同義語はありません") && !page.contains("value=\"add\""));
    let base = |page: &str| page.split("name=\"base\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let number = base(&app.get("/synonyms", &coordinator).await.body);
    let form = format!("verb=add&base={number}&words=zaphirox%E3%80%81%E9%9D%92%E7%8E%89");
    assert_eq!(app.post("/synonyms", &reader, &form).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.post("/synonyms", &coordinator, &form).await.location, "/synonyms?done=kept");
    assert!(app.get("/synonyms?try=zaphirox", &reader).await.body.contains("青玉"));
    let alone = app.post("/synonyms", &coordinator, "verb=add&base=1&words=lonelyword").await;
    assert_eq!(alone.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(alone.body.contains("lonelyword") && alone.body.contains("role=\"alert\""));
    let late = app.post("/synonyms", &coordinator, &format!("verb=add&base={number}&words=xx,yy")).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains("xx,yy"), "what was typed is still there");
    let number = base(&app.get("/synonyms", &coordinator).await.body);
    let off = format!("verb=off&base={number}&old=zaphirox%09%E9%9D%92%E7%8E%89");
    assert_eq!(app.post("/synonyms", &coordinator, &off).await.status, StatusCode::SEE_OTHER);
    assert!(!app.get("/synonyms?try=zaphirox", &reader).await.body.contains("<li><span class=\"chip\""));
}

/// Where the first hit of a search leads.
async fn first_hit(app: &TestApp, cookie: &str, query: &str) -> String {
    app.desk.follow().await.unwrap();
    let page = app.get(&format!("/search?view=flat&q={query}"), cookie).await.body;
    let hit = page.split("class=\"hit-head\"").nth(1).unwrap_or_else(|| panic!("no hit: {page}"));
    hit.split("href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&")
}

#[tokio::test]
async fn what_was_said_leads_to_its_thread_and_what_was_published_to_its_version() {
    let app = TestApp::start().await;
    let editor = app.person("a-bank", Role::Editor).await;
    let said = "verb=open&on=criteria/K07/summary/ja&layer=shared&text=%E7%B4%BA%E7%A2%A7%E3%81%AE%E6%87%B8%E5%BF%B5";
    assert_eq!(app.post("/services/s3/talk", &editor, said).await.status, StatusCode::SEE_OTHER);
    let at = first_hit(&app, &editor, "%E7%B4%BA%E7%A2%A7").await;
    let (path, comment) = at.split_once('#').unwrap();
    assert!(path.starts_with("/services/s3/talk?thread="), "{at}");
    let thread = app.get(path, &editor).await.body;
    assert!(thread.contains(&format!("id=\"{comment}\"")) && thread.contains("紺碧の懸念"), "{at}");

    let (chief, s3) = (Actor::command_line(), ServiceId::parse("s3").unwrap());
    let cell = "/services/s3/edit";
    let written = "cell=criteria/K07/verified_by&base=1&reason=&text=zaffre";
    assert_eq!(app.post(cell, &editor, written).await.status, StatusCode::SEE_OTHER);
    let round = app.desk.open_round(&chief, &s3, "", "").await.unwrap();
    for bank in ["b-bank", "c-bank"] {
        let reviewer = app.reviewer(bank).await;
        let (id, number) = (&round.id, round.number);
        app.desk.answer_round(&reviewer, &s3, id, &Scope::Whole, Verdict::Approve, number, "", None).await.unwrap();
    }
    let seen = app.desk.unsettled(&chief, &s3).await.unwrap().mark();
    let version = app.desk.publish(&chief, &s3, &round.id, "", &seen).await.unwrap().version;
    let base = app.desk.sheet(&chief, &SheetKey::shared(s3)).await.unwrap().number;
    let written = format!("cell=criteria/K07/verified_by&base={base}&reason=&text=other");
    assert_eq!(app.post(cell, &editor, &written).await.status, StatusCode::SEE_OTHER);
    let at = first_hit(&app, &editor, "zaffre").await;
    assert_eq!(at, format!("/services/s3/versions/{version}#criteria-K07-verified_by"));
    let (path, anchor) = at.split_once('#').unwrap();
    let published = app.get(path, &editor).await.body;
    assert!(published.contains(&format!("id=\"{anchor}\"")) && published.contains("zaffre"), "{anchor}");
}

#[tokio::test]
async fn service_groups_are_named_in_the_language_of_the_page() {
    let app = TestApp::start().await;
    let editor = app.person("a-bank", Role::Editor).await;
    let groups = app.desk.searched_groups(&Actor::command_line()).unwrap();
    let storage = groups.iter().find(|g| g.en == "Object storage").unwrap();
    for (lang, word, other) in [("ja", &storage.ja, &storage.en), ("en", &storage.en, &storage.ja)] {
        let page =
            app.get("/search?q=%E6%9A%97%E5%8F%B7%E5%8C%96", &format!("{editor}; kyohyo_lang={lang}")).await.body;
        let facets =
            page.split("class=\"facet-column\"").nth(1).and_then(|rest| rest.split("</aside>").next()).unwrap();
        assert!(facets.contains(word) && !facets.contains(other), "{lang}: {facets}");
        // The address says the same in both, so that it can be sent to a colleague.
        assert!(facets.contains(&format!("group={}", escape(&storage.ja))), "{lang}: {facets}");
    }
}

#[tokio::test]
async fn a_page_that_found_nothing_offers_ways_that_lead_somewhere() {
    let app = TestApp::start().await;
    let editor = app.person("a-bank", Role::Editor).await;
    let offered = "href=\"/guardrails?text=";
    let found = app.get("/search?q=kms%20-zuq&in=comment", &editor).await.body;
    assert!(found.contains(&format!("{offered}kms\"")), "{found}");
    let nowhere = app.get("/search?q=zuqzuq", &editor).await.body;
    assert!(nowhere.contains("class=\"empty\"") && !nowhere.contains(offered), "{nowhere}");
}

#[tokio::test]
async fn collecting_leads_back_to_the_button_that_was_pressed() {
    let app = TestApp::start().await;
    let editor = app.person("a-bank", Role::Editor).await;
    let page = app.get("/search?q=%E6%9A%97%E5%8F%B7%E5%8C%96", &editor).await.body;
    let button = page.split("form=\"collect\"").nth(1).unwrap();
    let value = |name: &str| button.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let back = page.split("name=\"back\" value=\"/search").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let form = format!("cell={}&back={}", escape(&value("value")), escape(&format!("/search{back}")));
    let to = app.post("/basket/collect", &editor, &form).await.location;
    assert_eq!(to, format!("/search{back}&done=collected-1#{}", value("id")));
}
