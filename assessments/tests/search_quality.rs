//! Search finds what people look for in the starter library: the judged queries of `xtask/bench/search.tsv`. The figures
//! are about quality and not about time, so they may fail a build.
#![allow(clippy::unwrap_used)]

#[path = "../../xtask/measure/src/judged.rs"]
mod judged;

use assessments::access::Actor;
use assessments::desk::{Desk, RealWorld};
use assessments::search::{Filter, Search, Synonyms};
use assessments::store::Db;
use judged::{Place, Score};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Least recall at ten and mean reciprocal rank.
const LEAST: (f64, f64) = (0.95, 0.90);

#[tokio::test(flavor = "multi_thread")]
async fn judged_queries_find_their_cells() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::sqlite(&folder.path().join("kyohyo.sqlite")).await.unwrap();
    let search = Search::open(&folder.path().join("index"), Synonyms::builtin()).unwrap();
    let desk = Desk::open(db, search, Arc::new(RealWorld)).await.unwrap();
    desk.seed(&|_, _| ()).await.unwrap();
    desk.follow().await.unwrap();
    assert!(desk.check().await.unwrap().faults.is_empty());
    let judged = judged::read(include_str!("../../xtask/bench/search.tsv"));
    assert!(judged.len() >= 150);
    let mut kinds: BTreeMap<&str, Vec<Score>> = BTreeMap::new();
    for query in &judged {
        let found = desk.search_cells(&Actor::command_line(), &query.text, 10, Filter::default()).await.unwrap();
        let places: Vec<Place> = found
            .iter()
            .map(|(service, cell)| Place {
                service: service.to_string(),
                row: cell.address.row.to_string(),
                field: cell.address.field.clone(),
            })
            .collect();
        let score = query.score(&places);
        if query.text == "s3-bucket-public-read-prohibited" {
            assert_eq!(score.reciprocal, 1.0, "the cell that names an identifier stands first");
        }
        if score.recall < 1.0 || score.reciprocal < 1.0 {
            let shown = |p: &Place| format!("{}:{}.{}", p.service, p.row, p.field);
            let wanted: Vec<String> = query.cells.iter().map(shown).collect();
            let got: Vec<String> = places.iter().map(shown).collect();
            println!(
                "{:.2} {:.2} {} {}\n    want {}\n    got  {}",
                score.recall,
                score.reciprocal,
                query.kind,
                query.text,
                wanted.join(" "),
                got.join(" ")
            );
        }
        kinds.entry(&query.kind).or_default().push(score);
    }
    let all: Vec<Score> = kinds.values().flatten().copied().collect();
    for (kind, scores) in kinds.iter().chain([(&"all", &all)]) {
        let (recall, rank, empty) = means(scores);
        println!("{kind:12} {:3} recall@10 {recall:.3} MRR {rank:.3} empty {empty:.3}", scores.len());
    }
    let (recall, rank, empty) = means(&all);
    assert!(recall >= LEAST.0 && rank >= LEAST.1, "recall@10 {recall:.3}, MRR {rank:.3}");
    assert!(empty == 0.0, "a judged query found nothing");
}

fn means(scores: &[Score]) -> (f64, f64, f64) {
    let mean = |of: &dyn Fn(&Score) -> f64| scores.iter().map(of).sum::<f64>() / scores.len().max(1) as f64;
    (mean(&|s| s.recall), mean(&|s| s.reciprocal), mean(&|s| f64::from(u8::from(!s.found))))
}
