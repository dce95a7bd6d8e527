//! Exporting everything as a zip keeps no more in memory with many sheets than with few.
#![allow(clippy::unwrap_used)]

mod counting;

use assessments::access::Actor;
use assessments::cell::{Address, SheetKey};
use assessments::change::Door;
use assessments::desk::{Desk, Format, NewService, RealWorld, WriteInput};
use assessments::id::ServiceId;
use assessments::lang::{Label, Lang};
use assessments::search::{Search, Synonyms};
use assessments::store::Db;
use std::sync::Arc;

/// Most bytes that many sheets may take beyond few: less than one sheet's workbook while it is written.
const BEYOND: usize = 3 * 1024 * 1024;

async fn filled(folder: &std::path::Path, sheets: usize) -> Desk {
    let db = Db::sqlite(&folder.join(format!("{sheets}.sqlite"))).await.unwrap();
    let desk = Desk::open(db, Search::in_memory(Synonyms::builtin()).unwrap(), Arc::new(RealWorld)).await.unwrap();
    let actor = Actor::command_line();
    for n in 0..sheets {
        let id = ServiceId::parse(&format!("service-{n}")).unwrap();
        let name = Label { ja: format!("サービス{n}"), en: format!("Service {n}") };
        let new = NewService { id: id.clone(), name, provider: "AWS".into() };
        desk.add_service(&actor, &new, Door::CommandLine).await.unwrap();
        let cells = (1..=19).map(|k| {
            let address = Address::parse(&format!("criteria/K{k:02}/summary/ja")).unwrap();
            (address, format!("{n}の{k}番目の回答。").repeat(60))
        });
        let answered = (Address::parse("criteria/K01/availability").unwrap(), "can_enable".to_owned());
        let (reason, source) = (String::new(), String::new());
        let key = SheetKey::shared(id);
        let input = WriteInput {
            key,
            base: 1,
            cells: cells.chain([answered]).collect(),
            reason,
            door: Door::CommandLine,
            source,
        };
        desk.write(&actor, &input).await.unwrap();
    }
    desk
}

/// Sheets, bytes of the zip, and the most that was held over what was held after the first sheet.
async fn peak(desk: &Desk) -> (usize, usize, usize) {
    let mut bundle = desk.bundle(&Actor::command_line(), Format::Xlsx, Lang::Ja).unwrap();
    let mut bytes = bundle.next().await.unwrap().map_or(0, |piece| piece.len());
    let before = counting::held();
    counting::forget();
    let mut sheets = 1;
    while let Some(piece) = bundle.next().await.unwrap() {
        bytes += piece.len();
        sheets += 1;
    }
    (sheets, bytes, counting::most() - before)
}

/// One test, since a second thread would be counted too.
#[tokio::test]
async fn many_sheets_take_no_more_memory_than_few() {
    let folder = tempfile::tempdir().unwrap();
    let (few, many) = (filled(folder.path(), 4).await, filled(folder.path(), 120).await);
    let ((n, _, little), (m, bytes, much)) = (peak(&few).await, peak(&many).await);
    println!(
        "{n} pieces take {} kB over rest, {m} take {} kB for a zip of {} kB",
        little / 1024,
        much / 1024,
        bytes / 1024
    );
    assert_eq!((n, m), (5, 121));
    assert!(little > 50 * 1024, "the counter counts");
    assert!(much <= little + BEYOND, "{little} for few, {much} for many");
    assert!(bytes > 2 * 1024 * 1024, "{bytes}");
}
