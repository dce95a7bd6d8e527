//! Signing in, people, and what they may look at of themselves.

use super::stage::TestApp;
use assessments::access::{Actor, Role};
use axum::http::StatusCode;

#[tokio::test]
async fn sign_in_says_the_same_for_an_unknown_address_and_a_wrong_password() {
    let app = TestApp::start().await;
    app.person("a-bank", Role::Reader).await;
    let wrong = app.post("/sign-in", "", "email=reader%40a-bank.example&password=wrong&back=/").await;
    let unknown = app.post("/sign-in", "", "email=nobody%40a-bank.example&password=wrong&back=/").await;
    assert_eq!((wrong.status, unknown.status), (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN));
    assert_eq!(wrong.body.replace("reader@", "nobody@"), unknown.body);
    let right = app
        .post("/sign-in", "", "email=reader%40a-bank.example&password=correct+horse+battery&back=%2F%2Fevil.example")
        .await;
    assert_eq!((right.status, right.location.as_str()), (StatusCode::SEE_OTHER, "/"), "never to another site");
}

#[tokio::test]
async fn an_institution_looks_after_its_own_people_and_nobody_elses() {
    let app = TestApp::start().await;
    let manager = app.person("a-bank", Role::Manager).await;
    let other = app.person("b-bank", Role::Manager).await;
    let reader = app.person("a-bank", Role::Reader).await;
    let list = app.get("/members?institution=a-bank", &manager).await;
    assert!(list.status == StatusCode::OK && list.body.contains("reader@a-bank.example"), "{}", list.body);
    assert!(!list.body.contains("b-bank.example"));
    assert_eq!(app.get("/members?institution=a-bank", &other).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get("/members?institution=no-such-bank", &manager).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get("/members?institution=a-bank", &reader).await.status, StatusCode::FORBIDDEN);
    for path in ["/members", "/institutions"] {
        assert_eq!(app.get(path, &manager).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let into_another =
        app.post("/members?institution=a-bank", &other, "verb=invite&email=x%40x.example&name=x&role=reader").await;
    assert_eq!(into_another.status, StatusCode::NOT_FOUND);
    let invited =
        app.post("/members?institution=a-bank", &manager, "verb=invite&email=new%40a.example&name=N&role=editor").await;
    assert!(invited.status == StatusCode::OK && invited.body.contains("/welcome/"), "{}", invited.body);
    assert!(
        !app.get("/members?institution=a-bank", &manager).await.body.contains("/welcome/"),
        "the link is shown once"
    );
    let refused =
        app.post("/members?institution=a-bank", &manager, "verb=invite&email=nonsense&name=Typed&role=editor").await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains(r#"value="Typed""#));
}

#[tokio::test]
async fn the_policy_and_ones_own_sessions_are_open_to_everybody_signed_in() {
    let app = TestApp::start().await;
    let reader = app.person("a-bank", Role::Reader).await;
    let policy = app.get("/policy", &reader).await;
    assert!(policy.status == StatusCode::OK && policy.body.contains("他の人の変更を取り消す"));
    let account = app.get("/account", &reader).await;
    assert!(account.status == StatusCode::OK && account.body.contains("この画面"), "{}", account.body);
    assert_eq!(app.post("/account/sessions", &reader, "").await.location, "/account?done=ended");
    assert_eq!(app.get("/account", &reader).await.status, StatusCode::OK, "one's own goes on");
    assert_eq!(app.get("/account", "").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_open_stream_ends_with_its_readers_session() {
    let app = TestApp::start().await;
    let (reader, editor) = (app.person("a-bank", Role::Reader).await, app.person("b-bank", Role::Editor).await);
    let stream = app.get("/live?service=s3", &reader);
    let work = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert_eq!(app.post("/sign-out", &reader, "").await.status, StatusCode::SEE_OTHER);
        tokio::time::sleep(std::time::Duration::from_secs(6)).await;
        let form = "cell=criteria/K07/limits/en&base=999999&text=after+the+end&reason=";
        assert_eq!(app.post("/services/s3/edit", &editor, form).await.status, StatusCode::SEE_OTHER);
    };
    let both = async { tokio::join!(stream, work).0 };
    let told = tokio::time::timeout(std::time::Duration::from_secs(30), both).await.unwrap();
    assert!(
        told.status == StatusCode::OK && told.body.contains("event: hello") && !told.body.contains("limits/en"),
        "{}",
        told.body
    );
    assert_ne!(app.get("/live?service=s3", &reader).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_administrator_sets_the_longest_that_a_right_is_lent_for() {
    let app = TestApp::start().await;
    let chief = Actor::command_line();
    let mut cookies = Vec::new();
    for role in [Role::Administrator, Role::Coordinator] {
        let email = format!("{}@x.example", role.key());
        let token = app.desk.add_person(&chief, &email, role.key(), &[(None, role)]).await.unwrap();
        let answer = app.post(&format!("/welcome/{token}"), "", "password=correct+horse+battery").await;
        cookies.push(answer.cookie.split(';').next().unwrap().to_owned());
    }
    assert!(app.get("/elevation", &cookies[0]).await.body.contains("action=\"/elevation/limit\""));
    assert!(!app.get("/elevation", &cookies[1]).await.body.contains("action=\"/elevation/limit\""));
    assert_eq!(app.post("/elevation/limit", &cookies[1], "hours=4").await.status, StatusCode::FORBIDDEN);
    let refused = app.post("/elevation/limit", &cookies[0], "hours=25").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("value=\"25\""), "what was typed stays: {}", refused.body);
    assert_eq!(app.post("/elevation/limit", &cookies[0], "hours=4").await.location, "/elevation?done=limit#limit");
    assert_eq!(app.desk.elevation_hours().await.unwrap(), 4);
    let page = app.get("/elevation?done=limit", &cookies[0]).await.body;
    assert!(page.contains("上限を変更しました。") && page.contains("name=\"hours\""), "{page}");
    let filter = assessments::store::AuditFilter { action: "elevation_limit".into(), ..Default::default() };
    let audit = app.desk.audit(&chief, &assessments::cell::Layer::Shared, &filter, 1, 5).await.unwrap();
    assert_eq!(
        (audit.total, audit.items[0].subject.as_str(), audit.items[0].actor.as_str()),
        (1, "4", "administrator")
    );
}
