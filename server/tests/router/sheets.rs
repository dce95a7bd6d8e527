//! Plain forms that write.

use super::stage::TestApp;
use assessments::access::{Actor, Role};
use assessments::cell::Layer;
use assessments::elevation::{Scope as Lent, Verb, Wish};
use axum::http::StatusCode;

#[tokio::test]
async fn a_plain_form_saves_and_a_stale_one_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let editor = app.person("a-bank", Role::Editor).await;
    let cell = "cell=criteria/K07/verified_by";
    let saved = app.post("/services/sqs/edit", &editor, &format!("{cell}&base=1&text=alpha")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    assert!(saved.location.contains("done=saved-2#criteria-K07-verified_by"), "{}", saved.location);
    let clash = app.post("/services/sqs/edit", &editor, &format!("{cell}&base=1&text=omega")).await;
    assert_eq!(clash.status, StatusCode::CONFLICT);
    assert!(clash.body.contains("omega") && clash.body.contains("alpha"), "both texts are shown");
    let bad = app.post("/services/sqs/edit", &editor, "cell=criteria/K07/review_by&base=2&text=soon").await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.body.contains("soon"), "what was typed is still there");
}

#[tokio::test]
async fn a_service_is_added_by_a_form_that_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let (editor, reader) = (app.person("a-bank", Role::Editor).await, app.person("b-bank", Role::Reader).await);
    assert!(app.get("/services", &editor).await.body.contains("/services/new"));
    assert!(!app.get("/services", &reader).await.body.contains("/services/new"));
    assert_eq!(app.get("/services/new", &reader).await.status, StatusCode::FORBIDDEN);
    let taken = app.post("/services/new", &editor, "id=s3&name_ja=%E9%8D%B5&name_en=&provider=X").await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    assert!(taken.body.contains(r#"value="鍵""#) && taken.body.contains("role=\"alert\""), "{}", taken.body);
    let made = app.post("/services/new", &editor, "id=key-vault&name_ja=%E9%8D%B5&name_en=&provider=X").await;
    assert_eq!((made.status, made.location.as_str()), (StatusCode::SEE_OTHER, "/services/key-vault"));
    assert_eq!(app.get("/services/key-vault", &reader).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_ends_a_text_box_stays_in_it_and_comes_back_as_it_was() {
    let app = TestApp::start().await;
    let editor = app.person("a-bank", Role::Editor).await;
    let form = "cell=criteria/K07/limits/ja&base=0&reason=&text=%0A%3C/textarea%3E%3Ci%3E%26lt%3B";
    let refused = app.post("/services/s3/edit", &editor, form).await;
    let page = match refused.status {
        StatusCode::SEE_OTHER => app.get("/services/s3/edit?cell=criteria/K07/limits/ja", &editor).await.body,
        _ => refused.body,
    };
    // The first line break is the browser's to drop, the second is what was typed.
    assert!(page.contains(">\n\n&lt;/textarea&gt;&lt;i&gt;&amp;lt;</textarea>"), "{page}");
    assert!(!page.contains("<i>"), "{page}");
}

#[tokio::test]
async fn a_text_that_met_a_conflict_waits_in_its_writers_inbox() {
    let app = TestApp::start().await;
    let (anna, other) = (app.person("a-bank", Role::Editor).await, app.person("b-bank", Role::Editor).await);
    let form = "cell=criteria/K07/summary/ja&base=0&reason=&text=";
    let mine = "%E3%82%A2%E3%83%B3%E3%83%8A%E3%81%AE%E6%96%87";
    let refused = app.post("/services/s3/edit", &anna, &format!("{form}{mine}")).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let inbox = app.get("/inbox?kind=conflict", &anna).await.body;
    assert!(inbox.contains("競合") && inbox.contains("アンナの文"), "{inbox}");
    let from = inbox.find("/services/s3/edit?held=").unwrap();
    let url = inbox[from..].split('"').next().unwrap();
    let page = app.get(url, &anna).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("アンナの文</textarea>"), "the form goes on with what was typed: {}", page.body);
    assert!(page.body.contains("data-tone=\"warn\"") && page.body.contains("class=\"conflict\""));
    assert!(!page.body.contains("name=\"base\" value=\"0\""), "and from what stands there today");
    assert_eq!(app.get(url, &other).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get(&url.replace("/s3/", "/sqs/"), &anna).await.status, StatusCode::NOT_FOUND);
    assert!(!app.get("/inbox", &other).await.body.contains("アンナの文"));

    let id = url.split('=').next_back().unwrap();
    let aside = format!("verb=aside&item=conflict:{id}&kind=conflict");
    assert_eq!(app.post("/inbox", &other, &aside).await.status, StatusCode::NOT_FOUND);
    let done = app.post("/inbox", &anna, &aside).await;
    assert_eq!(done.location, "/inbox?kind=conflict&done=aside");
    let after = app.get(&done.location, &anna).await.body;
    assert!(after.contains("預かっていた文章を片付けました。") && !after.contains("アンナの文"), "{after}");
    assert_eq!(app.get(url, &anna).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_publisher_ticks_that_they_saw_what_nobody_stands_behind() {
    use assessments::review::{Scope, Verdict};
    let app = TestApp::start().await;
    let chief = Actor::command_line();
    let s3 = assessments::id::ServiceId::parse("s3").unwrap();
    let coordinator =
        app.desk.add_person(&chief, "c@x.example", "まとめ役", &[(None, Role::Coordinator)]).await.unwrap();
    let cookie = app.post(&format!("/welcome/{coordinator}"), "", "password=correct+horse+battery").await.cookie;
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let cell = "cell=criteria/K07/review_by&base=1&reason=&text=2024-01-31";
    assert_eq!(app.post("/services/s3/edit", &cookie, cell).await.status, StatusCode::SEE_OTHER);
    let round = app.desk.open_round(&chief, &s3, "", "").await.unwrap();
    for bank in ["a-bank", "b-bank"] {
        app.person(bank, Role::Reviewer).await;
        let who = app.desk.person(&format!("reviewer@{bank}.example")).await.unwrap();
        let whole =
            app.desk.answer_round(&who, &s3, &round.id, &Scope::Whole, Verdict::Approve, round.number, "", None);
        whole.await.unwrap();
    }
    let page = app.get("/services/s3/review", &cookie).await.body;
    assert!(page.contains("確認期限を過ぎた回答：1 件") && page.contains("#criteria-K07-review_by"), "{page}");
    let form = format!("form=publish&round={}&note=%E5%88%9D%E7%89%88", round.id);
    let refused = app.post("/services/s3/review/publish", &cookie, &form).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(
        refused.body.contains("確認の欄に印を付けて") && refused.body.contains("初版</textarea>"),
        "{}",
        refused.body
    );
    let done = app.post("/services/s3/review/publish", &cookie, &format!("{form}&seen=%3BK07")).await;
    assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, "/services/s3/versions?done=published"));

    // In an emergency the same box is asked for, whatever right was lent.
    let cell = "cell=criteria/K08/summary/ja&base=2&reason=&text=%E6%80%A5%E3%81%8E";
    assert_eq!(app.post("/services/s3/edit", &cookie, cell).await.status, StatusCode::SEE_OTHER);
    app.desk.open_round(&chief, &s3, "", "").await.unwrap();
    app.desk.add_person(&chief, "d@x.example", "別の人", &[(None, Role::Coordinator)]).await.unwrap();
    let (own, decides) = (app.desk.person("c@x.example").await.unwrap(), app.desk.person("d@x.example").await.unwrap());
    let wish = Wish {
        scope: Lent::PublishWithoutQuorum,
        layer: Layer::Shared,
        reason: "急ぎ".into(),
        ticket: "CHG-8".into(),
        start: None,
        minutes: 60,
    };
    let id = app.desk.ask_elevation(&own, wish).await.unwrap();
    app.desk.act_elevation(&decides, &id, Verb::Approve, "確認した").await.unwrap();
    app.desk.act_elevation(&own, &id, Verb::Begin, "").await.unwrap();
    let page = app.get("/services/s3/review", &cookie).await.body;
    let anyway = page.split("review/publish-anyway").nth(1).unwrap().split("</form>").next().unwrap();
    assert!(anyway.contains("name=\"seen\" value=\";K07\""), "{anyway}");
    let form = "form=anyway&note=%E6%80%A5%E3%81%8E%E3%81%AE%E5%85%AC%E9%96%8B";
    let refused = app.post("/services/s3/review/publish-anyway", &cookie, form).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("急ぎの公開</textarea>"), "{}", refused.body);
    let done = app.post("/services/s3/review/publish-anyway", &cookie, &format!("{form}&seen=%3BK07")).await;
    assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, "/services/s3/versions?done=published"));
}
