//! Files out and in.

use super::stage::TestApp;
use assessments::access::Role;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

#[tokio::test]
async fn a_workbook_goes_out_and_comes_back_with_no_difference() {
    let app = TestApp::start().await;
    let editor = app.person("a-bank", Role::Editor).await;
    let request = Request::get("/services/s3/export").header(header::COOKIE, &editor).body(Body::empty()).unwrap();
    let response = app.router.clone().oneshot(request).await.unwrap();
    assert!(response.headers().get(header::CONTENT_DISPOSITION).unwrap().to_str().unwrap().contains("kyohyo-s3-r"));
    let file = response.into_body().collect().await.unwrap().to_bytes();
    let answer = app.send(&editor, &[("s3.xlsx", &file)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let preview = app.get(&answer.location, &editor).await;
    assert!(preview.body.contains("取り込むものはありません"), "{}", preview.body.len());
}

#[tokio::test]
async fn a_file_that_is_no_workbook_is_refused_with_a_sentence() {
    let app = TestApp::start().await;
    let editor = app.person("a-bank", Role::Editor).await;
    let answer = app.send(&editor, &[("x.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("保存し直し"));
}

#[tokio::test]
async fn several_files_have_one_page_and_a_report_and_each_is_applied_by_itself() {
    let app = TestApp::start().await;
    let (editor, other) = (app.person("a-bank", Role::Editor).await, app.person("b-bank", Role::Editor).await);
    let table = "対策分類,内容,対応状況\n保管データの暗号化,鍵を分ける,○\n".as_bytes();
    let answer = app.send(&editor, &[("s3.csv", table), ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert!(answer.location.starts_with("/import/several/"), "{}", answer.location);
    let page = app.get(&answer.location, &editor).await;
    for text in ["s3.csv", "old.xls", "旧形式", "どのサービスのブックですか", "報告をExcelで保存"]
    {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    assert_eq!(app.get(&answer.location, &other).await.status, StatusCode::NOT_FOUND);
    let report = app.get(&format!("{}/report", answer.location), &editor).await;
    assert_eq!(report.status, StatusCode::OK);
    assert!(report.headers.get(header::CONTENT_TYPE).unwrap().to_str().unwrap().contains("spreadsheetml"));
    // Its service is named; then it can be chosen, applied and taken back.
    let link = page.body.split("/import/").find(|p| !p.starts_with("several") && p.contains("\">s3.csv")).unwrap();
    let id = link.split('"').next().unwrap().to_owned();
    app.post(&format!("/import/{id}/service"), &editor, "service=s3").await;
    let page = app.get(&answer.location, &editor).await;
    assert!(page.body.contains(&format!("name=\"take\" value=\"{id}\"")), "{}", page.body);
    app.post(&answer.location, &editor, &format!("take={id}")).await;
    let page = app.get(&answer.location, &editor).await;
    assert!(page.body.contains("適用済み") && page.body.contains(&format!("form=\"undo-{id}\"")), "{}", page.body);
}

#[tokio::test]
async fn pages_are_answered_while_ten_files_that_want_to_hurt_are_read() {
    let app = std::rc::Rc::new(TestApp::start().await);
    let editor = app.person("a-bank", Role::Editor).await;
    // Each takes as long to read as a file can: the most cells that are taken, and then too many.
    let file = ("値,".repeat(20) + "\n").repeat(16_000).into_bytes();
    let here = tokio::task::LocalSet::new();
    let meanwhile = async {
        let begin = |_| {
            let (app, editor, file) = (app.clone(), editor.clone(), file.clone());
            tokio::task::spawn_local(async move { app.send(&editor, &[("hostile.csv", &file)]).await.status })
        };
        let drops: Vec<_> = (0..10).map(begin).collect();
        let mut answered = 0;
        while !drops.iter().all(tokio::task::JoinHandle::is_finished) {
            assert_eq!(app.get("/services/s3/criteria", &editor).await.status, StatusCode::OK);
            answered += 1;
        }
        assert!(answered >= 3, "{answered}");
        for drop in drops {
            assert_eq!(drop.await.unwrap(), StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    here.run_until(meanwhile).await;
}
