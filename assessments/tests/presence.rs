//! Who is on a sheet, and which cell they edit: seen by those who may see the layer.

#![allow(clippy::unwrap_used)]

mod desk_support;
mod private_support;

use assessments::access::{Actor, Role};
use assessments::desk::Present;
use assessments::failure::Failure;
use desk_support::{Database, Stage};
use private_support::{K07 as SUMMARY, address, own};
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn presence_is_seen_by_those_who_may_see_the_layer(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, taro, ichiro) =
        (stage.editor("a-bank").await, stage.editor("a-bank").await, stage.editor("b-bank").await);
    let reader = stage.person("b-bank", &[Role::Reader]).await;
    let (s3, a) = (stage.sheet(), own("a-bank"));
    let names = |people: Vec<Present>| people.into_iter().map(|p| p.name).collect::<Vec<_>>();
    let seat = stage.desk.sit_down(&hanako, &s3).await.unwrap();
    let seen = stage.desk.present(&ichiro, &s3.service).unwrap();
    assert_eq!((seen[0].name.as_str(), seen[0].institutions[0].ja.as_str()), (hanako.name.as_str(), "a-bank"));
    assert!(stage.desk.present(&hanako, &s3.service).unwrap().is_empty(), "oneself is not listed");
    stage.desk.edits(&hanako, seat.tab(), &s3, Some(&address(SUMMARY))).unwrap();
    assert_eq!(stage.desk.present(&ichiro, &s3.service).unwrap()[0].cells, [address(SUMMARY)]);
    assert_eq!(stage.desk.edits(&ichiro, seat.tab(), &s3, None), Err(Failure::NotFound), "not another's tab");
    assert!(matches!(stage.desk.edits(&reader, seat.tab(), &s3, None), Err(Failure::Forbidden { .. })));
    assert_eq!(stage.desk.edits(&ichiro, seat.tab(), &a, None), Err(Failure::NotFound), "nor another's layer");
    // In the institution's own layer she is seen by her colleagues and by nobody else, not even as somebody there.
    stage.desk.edits(&hanako, seat.tab(), &a, Some(&address(SUMMARY))).unwrap();
    assert_eq!(stage.desk.present(&ichiro, &s3.service).unwrap(), []);
    assert_eq!(stage.desk.present(&Actor::command_line(), &s3.service).unwrap(), []);
    assert_eq!(names(stage.desk.present(&taro, &s3.service).unwrap()), std::slice::from_ref(&hanako.name));
    stage.desk.edits(&hanako, seat.tab(), &a, None).unwrap();
    assert_eq!(
        names(stage.desk.present(&ichiro, &s3.service).unwrap()),
        std::slice::from_ref(&hanako.name),
        "back on the sheet"
    );
    stage.pass(chrono::Duration::seconds(61));
    assert_eq!(stage.desk.present(&ichiro, &s3.service).unwrap(), [], "a tab that says nothing is gone");
    let seat = stage.desk.sit_down(&hanako, &s3).await.unwrap();
    stage.pass(chrono::Duration::seconds(50));
    seat.stay();
    stage.pass(chrono::Duration::seconds(50));
    assert_eq!(stage.desk.present(&ichiro, &s3.service).unwrap().len(), 1);
    drop(seat);
    assert_eq!(stage.desk.present(&ichiro, &s3.service).unwrap(), [], "a closed tab is gone at once");
    // A page of the institution's own, such as its adoption: nobody else sees who reads it.
    assert!(stage.desk.sit_down(&ichiro, &a).await.is_err());
    let seat = stage.desk.sit_down(&hanako, &a).await.unwrap();
    assert_eq!(stage.desk.present(&ichiro, &s3.service).unwrap(), []);
    stage.desk.edits(&hanako, seat.tab(), &s3, Some(&address(SUMMARY))).unwrap();
    assert_eq!(
        stage.desk.present(&ichiro, &s3.service).unwrap().len(),
        1,
        "but for what she writes in the common text"
    );
    stage.desk.edits(&hanako, seat.tab(), &s3, None).unwrap();
    assert_eq!(stage.desk.present(&ichiro, &s3.service).unwrap(), []);
    assert_eq!(names(stage.desk.present(&taro, &s3.service).unwrap()), std::slice::from_ref(&hanako.name));
}
