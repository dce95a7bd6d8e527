//! What a searcher notices, on a small library in memory.

#![allow(clippy::unwrap_used)]

use super::plan::{Holdings, Planner};
use super::*;
use crate::cell::Address;
use crate::lang::Label;
use chrono::{DateTime, Utc};
use proptest::prelude::*;
use rstest::rstest;
use std::cell::{Cell, RefCell};

fn now() -> DateTime<Utc> {
    "2026-11-24T00:00:00Z".parse().unwrap()
}

fn doc(service: &str, address: &str, text: &str) -> Doc {
    let mut place = Address::parse(address).unwrap();
    let lang = place.lang.take();
    let section = place.section.clone();
    let (ja, en) =
        if lang == Some(Lang::En) { (String::new(), text.to_owned()) } else { (text.to_owned(), String::new()) };
    let values = vec![(FacetKey::Section, section.clone()), (FacetKey::Category, place.row.to_string())];
    Doc {
        kind: HitKind::Cell,
        service: ServiceId::parse(service).ok(),
        reference: String::new(),
        criteria: "set@1".into(),
        title: Label { ja: service.into(), en: service.into() },
        head: format!("{} {}", place.row, place.field),
        topic: String::new(),
        name: service.to_owned(),
        tags: vec![docs::tag("service", service), docs::tag("in", &section), docs::tag("category", place.row.as_str())],
        address: Some(place),
        ja,
        en,
        values,
        changed: day_of(now()) - 10,
        evidence: docs::NO_EVIDENCE,
    }
}

fn group(layer: &str, service: &str, mark: &str, cells: &[(&str, &str)]) -> GroupDocs {
    GroupDocs {
        layer: Layer::parse(layer).unwrap(),
        group: format!("sheet/{service}"),
        mark: mark.into(),
        docs: cells.iter().map(|(address, text)| doc(service, address, text)).collect(),
    }
}

fn small() -> Search {
    let search = Search::in_memory(Synonyms::builtin()).unwrap();
    let s3 = [
        ("criteria/K07/summary/ja", "新規オブジェクトは既定でサーバー側で暗号化される。"),
        ("criteria/K09/summary/ja", "カスタマー管理キーの自動ローテーションを有効にできる。"),
        ("criteria/K04/summary/ja", "ゲートウェイ型の VPC エンドポイントで閉域に接続できる。"),
        ("criteria/K08/guardrails", "s3-bucket-ssl-requests-only S3.5"),
        (
            "criteria/K01/summary/en",
            "Callers are authenticated with IAM; policies can require multi-factor authentication.",
        ),
        ("notes/N-01/note/ja", "バックアップの保持期間を確認する。取り消しは改ざんを防いでから。"),
    ];
    search
        .replace(vec![
            group("shared", "s3", "3", &s3),
            group("shared", "rds", "1", &[("criteria/K07/summary/ja", "保管時の暗号化は作成時に選ぶ。")]),
        ])
        .unwrap();
    let name = |id: &str, name: &str| KnownName {
        id: ServiceId::parse(id).unwrap(),
        name: Label { ja: name.into(), en: name.into() },
        abbreviation: String::new(),
        group: Label::default(),
        written: true,
    };
    search.learn(vec![name("s3", "Amazon S3"), name("rds", "Amazon RDS")], &[]);
    search
}

fn answer(search: &Search, layers: &[Layer], text: &str) -> Arc<Answer> {
    search.find(layers, &Request::new(text, now()), &Filter::default()).unwrap()
}

fn places(search: &Search, text: &str) -> Vec<String> {
    let place = |h: &Hit| format!("{} {}", h.service.as_ref().unwrap(), h.address.as_ref().unwrap());
    answer(search, &[Layer::Shared], text).hits.iter().map(place).collect()
}

fn first(search: &Search, text: &str) -> String {
    places(search, text).into_iter().next().unwrap_or_default()
}

#[rstest]
#[case("サーバ", "s3 criteria/K07/summary/ja")]
#[case("ｻｰﾊﾞｰ側", "s3 criteria/K07/summary/ja")]
#[case("さーばー", "s3 criteria/K07/summary/ja")]
#[case("閉域", "s3 criteria/K04/summary/ja")]
#[case("PrivateLink", "s3 criteria/K04/summary/ja")]
#[case("ローテーション", "s3 criteria/K09/summary/ja")]
#[case("CMK", "s3 criteria/K09/summary/ja")]
#[case("s3-bucket-ssl-requests-only", "s3 criteria/K08/guardrails")]
#[case("ssl-requests", "s3 criteria/K08/guardrails")]
#[case("S3.5", "s3 criteria/K08/guardrails")]
#[case("MFA", "s3 criteria/K01/summary/en")]
#[case("authenticatd", "s3 criteria/K01/summary/en")]
#[case("authentic", "s3 criteria/K01/summary/en")]
#[case("policy", "s3 criteria/K01/summary/en")]
#[case("多要素認証", "s3 criteria/K01/summary/en")]
#[case("保持期間", "s3 notes/N-01/note/ja")]
#[case("取消し", "s3 notes/N-01/note/ja")]
#[case("改竄", "s3 notes/N-01/note/ja")]
#[case("rds 暗号化", "rds criteria/K07/summary/ja")]
#[case("Amazon RDS の暗号化", "rds criteria/K07/summary/ja")]
#[case("\"既定でサーバー\"", "s3 criteria/K07/summary/ja")]
#[case("暗号化 service:rds", "rds criteria/K07/summary/ja")]
#[case("暗号化　サービス：S3　-category:K99", "s3 criteria/K07/summary/ja")]
#[case("カテゴリ:K09", "s3 criteria/K09/summary/ja")]
#[case("存在しません何もない語", "")]
fn the_very_cell_stands_first(#[case] query: &str, #[case] expected: &str) {
    assert_eq!(first(&small(), query), expected);
}

#[rstest]
#[case("暗号化", Lang::En, Lang::Ja)]
#[case("encrypted", Lang::Ja, Lang::En)]
#[case("KMS", Lang::Ja, Lang::Ja)]
#[case("KMS", Lang::En, Lang::En)]
#[case("KMS lang:ja", Lang::En, Lang::Ja)]
fn a_cell_is_shown_in_the_language_that_answers_better_and_else_in_the_reader_s(
    #[case] query: &str,
    #[case] lang: Lang,
    #[case] shown: Lang,
) {
    let search = Search::in_memory(Synonyms::builtin()).unwrap();
    let mut both = group("shared", "s3", "1", &[("criteria/K07/summary/ja", "KMS の鍵で暗号化する。")]);
    both.docs[0].en = "Encryption with KMS; an encrypted copy is encrypted once more.".into();
    both.docs[0].tags.extend([docs::tag("lang", "ja"), docs::tag("lang", "en")]);
    search.replace(vec![both]).unwrap();
    let request = Request { lang, ..Request::new(query, now()) };
    let found = search.find(&[Layer::Shared], &request, &Filter::default()).unwrap();
    assert_eq!(found.hits[0].address.as_ref().unwrap().lang, Some(shown));
    // What one reader was answered is not what another one is shown.
    let other = Request { lang: if lang == Lang::Ja { Lang::En } else { Lang::Ja }, ..request };
    assert!(search.remembered(&[Layer::Shared], &other, &Filter::default()).is_none());
}

#[test]
fn minus_or_and_fields_narrow() {
    let search = small();
    assert_eq!(places(&search, "暗号化 -サーバー"), ["rds criteria/K07/summary/ja"]);
    assert_eq!(places(&search, "暗号化 -service:s3"), ["rds criteria/K07/summary/ja"]);
    let either = places(&search, "閉域 OR 保持期間");
    assert!(either.contains(&"s3 criteria/K04/summary/ja".into()) && either.contains(&"s3 notes/N-01/note/ja".into()));
    assert_eq!(places(&search, "in:notes"), ["s3 notes/N-01/note/ja"]);
    assert!(places(&search, "\"暗号化は既定\"").is_empty());
}

#[rstest]
// All the pieces are there and not in their places.
#[case("\"鍵束と金庫\"", "鍵束と金の金庫と鍵束。", false)]
#[case("\"鍵束と金庫\"", "古い鍵束と金庫を使う。", true)]
#[case("\"鍵束 と 金庫\"", "古い鍵束と金庫を使う。", true)]
#[case("「鍵束と、金庫」", "鍵束と金庫を使う。", false)]
#[case("「鍵束と、金庫」", "鍵束と、金庫を使う。", true)]
#[case("\"ログログ\"", "ログとログ", false)]
#[case("\"ログログ\"", "ログログ", true)]
#[case("\"SSE-KMS で保護\"", "SSE で保護、KMS で保護", false)]
#[case("\"SSE-KMS で保護\"", "既定は SSE-KMSで保護する", true)]
#[case("\"red key of the blue door\"", "The blue door has a red key; the key of the blue one is red.", false)]
#[case("\"red key of the blue door\"", "A red key of the blue doors is lost.", true)]
#[case("\"key blue\"", "key, blue", false)]
#[case("\"S3.5\"", "S3 と 5", false)]
#[case("\"S3.5\"", "S3.5 を使う", true)]
fn a_quoted_phrase_stands_word_by_word(#[case] query: &str, #[case] text: &str, #[case] found: bool) {
    let search = Search::in_memory(Synonyms::default()).unwrap();
    search.replace(vec![group("shared", "s3", "1", &[("criteria/K07/summary/ja", text)])]).unwrap();
    assert_eq!(!places(&search, query).is_empty(), found);
    let without = format!("-{query} in:criteria");
    assert_eq!(places(&search, &without).is_empty(), found, "left out where it stands");
}

#[test]
fn a_phrase_does_not_reach_from_one_language_into_the_other() {
    let search = Search::in_memory(Synonyms::default()).unwrap();
    let mut both = doc("s3", "criteria/K07/summary/ja", "鍵は AWS KMS");
    both.en = "keys are in a vault".into();
    let docs = vec![both];
    search.replace(vec![GroupDocs { docs, ..group("shared", "s3", "1", &[]) }]).unwrap();
    assert!(places(&search, "\"KMS keys\"").is_empty());
    assert_eq!(places(&search, "\"AWS KMS\"").len(), 1);
}

#[test]
fn a_slip_is_searched_for_literally_and_told() {
    let search = small();
    for (query, slip) in
        [("\"暗号化", Slip::Quote), ("colour:暗号化", Slip::Field), ("severity:奇妙 暗号化", Slip::Value)]
    {
        let answer = answer(&search, &[Layer::Shared], query);
        assert!(!answer.hits.is_empty(), "{query}");
        assert!(
            answer.said.iter().any(|n| matches!(n, Notice::Literal { slip: s, .. } if *s == slip)),
            "{query} {:?}",
            answer.said
        );
    }
}

#[test]
fn the_word_itself_stands_before_its_synonyms_and_the_reason_of_a_synonym_is_told() {
    let search = small();
    let more = [
        ("criteria/K04/summary/ja", "インターネットへ出ずに閉域で接続できる。"),
        ("paths/P-01/kind", "VPCエンドポイント VPC endpoint"),
        ("criteria/K04/summary/en", "Private connectivity without the internet is possible."),
    ];
    search.replace(vec![group("shared", "lambda", "1", &more)]).unwrap();
    let found = answer(&search, &[Layer::Shared], "閉域");
    assert!(found.hits.iter().take(2).all(|h| h.text.contains("閉域") && h.why.is_empty()), "{:?}", found.hits);
    let other = found.hits.iter().find(|h| h.text.starts_with("Private")).unwrap();
    let why = other.why.first().unwrap();
    assert_eq!((why.kind, why.typed.as_str()), (WhyKind::Synonym, "閉域"));
    assert!(other.snippet.iter().any(|(marked, t)| *marked && t.starts_with("Private")), "{:?}", other.snippet);
}

#[test]
fn a_typing_error_is_corrected_and_told() {
    let answer = answer(&small(), &[Layer::Shared], "polcies");
    assert!(answer.said.iter().any(|n| matches!(n, Notice::Corrected { found, .. } if found == "policies")));
    assert_eq!(answer.hits[0].why[0].kind, WhyKind::Typo);
}

#[test]
fn facets_are_counted_with_every_other_choice_and_narrow() {
    let search = small();
    let mut request = Request::new("暗号化", now());
    let all = search.find(&[Layer::Shared], &request, &Filter::default()).unwrap();
    let of = |a: &Answer, key: FacetKey| {
        a.facets.iter().find(|(k, _)| *k == key).map(|(_, v)| v.clone()).unwrap_or_default()
    };
    assert_eq!(of(&all, FacetKey::Category).iter().map(|(_, n)| n).sum::<u64>(), all.total);
    request.facets.add(FacetKey::Category, "K07");
    let narrowed = search.find(&[Layer::Shared], &request, &Filter::default()).unwrap();
    assert_eq!(narrowed.total, 2);
    assert_eq!(
        of(&narrowed, FacetKey::Category),
        of(&all, FacetKey::Category),
        "its own key counts what else could be chosen"
    );
    request.facets.add(FacetKey::Changed, "7d");
    assert_eq!(search.find(&[Layer::Shared], &request, &Filter::default()).unwrap().total, 0);
    request.facets.remove(FacetKey::Changed, "7d");
    request.facets.add(FacetKey::Changed, "30d");
    assert_eq!(search.find(&[Layer::Shared], &request, &Filter::default()).unwrap().total, 2);
    request.text.clear();
    assert_eq!(search.find(&[Layer::Shared], &request, &Filter::default()).unwrap().total, 2, "facets alone");
}

#[test]
fn a_private_term_moves_nothing_for_others() {
    let search = small();
    let before = answer(&search, &[Layer::Shared], "暗号化");
    let private = Layer::parse("i:a-bank").unwrap();
    let own = [("criteria/K07/limits/ja", "暗号化 暗号化 暗号化 独自の判断 polcies")];
    search.replace(vec![group("i:a-bank", "s3", "1", &own)]).unwrap();
    assert_eq!(answer(&search, &[Layer::Shared], "暗号化"), before);
    assert!(answer(&search, &[Layer::Shared], "独自の判断").hits.iter().all(|h| h.layer == Layer::Shared));
    assert!(!answer(&search, &[Layer::Shared], "polcies").said.is_empty(), "still a typing error for others");
    assert_eq!(answer(&search, &[Layer::Shared, private.clone()], "独自の判断").hits[0].layer, private);
}

#[test]
fn replacing_a_sheet_forgets_its_old_text_and_remembers_what_was_read() {
    let search = small();
    search.replace(vec![group("shared", "s3", "4", &[("criteria/K07/summary/ja", "まったく別の文章")])]).unwrap();
    assert_eq!(first(&search, "閉域"), "");
    let positions = search.positions(&Layer::Shared).unwrap();
    assert_eq!(positions.into_values().collect::<Vec<_>>(), ["1", "4"]);
}

#[test]
fn an_index_on_disk_is_there_again_and_a_damaged_or_old_one_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Search::open(folder.path(), Synonyms::default()).unwrap();
    open().replace(vec![group("shared", "s3", "7", &[("criteria/K07/summary/ja", "暗号化")])]).unwrap();
    assert_eq!(first(&open(), "暗号"), "s3 criteria/K07/summary/ja");
    assert_eq!(open().positions(&Layer::Shared).unwrap().len(), 1);
    let layer = index::folder(folder.path(), &Layer::Shared);
    std::fs::write(layer.join("meta.json"), "damaged").unwrap();
    assert!(open().positions(&Layer::Shared).unwrap().is_empty());
    open().replace(vec![group("shared", "s3", "7", &[("criteria/K07/summary/ja", "暗号化")])]).unwrap();
    std::fs::write(folder.path().join("version"), "ja_v1").unwrap();
    assert!(open().positions(&Layer::Shared).unwrap().is_empty());
}

#[test]
fn synonyms_change_without_a_new_index() {
    let search = small();
    assert_eq!(first(&search, "ねこ"), "");
    let group = SynonymGroup { words: vec!["ねこ".into(), "保持期間".into()], shipped: false, on: true };
    search.set_synonyms(Synonyms::of_groups(&[group]));
    assert_eq!(first(&search, "ねこ"), "s3 notes/N-01/note/ja");
}

#[rstest]
#[case("")]
#[case("   ")]
#[case("\"((")]
#[case("AND OR NOT")]
#[case("*")]
#[case("-")]
#[case("a:b:c:")]
#[case("\u{202e}暗号")]
#[case("\u{0}\u{1}")]
#[case("(a+)+$ .*.*.*.*.* [a-z]{1,9999}")]
fn hostile_queries_harm_nothing(#[case] query: &str) {
    answer(&small(), &[Layer::Shared], query);
}

#[test]
fn a_reason_shows_the_word_as_it_was_typed() {
    let why = |query: &str| answer(&small(), &[Layer::Shared], query).hits[0].why[0].clone();
    assert_eq!((why("MFA").typed.as_str(), why("MFA").found.as_str()), ("MFA", "multi-factor authentication"));
    assert_eq!(why("ＭＦＡ").typed, "ＭＦＡ");
    assert_eq!(why("Polcies").typed, "Polcies");
    let said = answer(&small(), &[Layer::Shared], "ぽりしー").said.clone();
    assert!(
        said.iter().all(|n| !matches!(n, Notice::Synonyms { used, .. } if used.iter().any(|w| w.contains("サバ"))))
    );
}

#[test]
fn an_answer_is_remembered_until_something_changes_and_for_its_layers_alone() {
    let search = small();
    let own = [Layer::Shared, Layer::parse("i:a-bank").unwrap()];
    let request = Request::new("暗号化", now());
    let remembered = |layers: &[Layer]| search.remembered(layers, &request, &Filter::default());
    let asked = |layers: &[Layer]| {
        assert!(remembered(layers).is_none());
        let found = search.find(layers, &request, &Filter::default()).unwrap();
        assert!(found.total > 0);
        assert_eq!(remembered(layers), Some(found));
    };
    asked(&[Layer::Shared]);
    asked(&own);
    search.replace(vec![group("i:a-bank", "s3", "1", &[("criteria/K07/summary/ja", "自行の暗号化")])]).unwrap();
    asked(&own);
    // What the institution wrote is nothing that others could notice.
    assert!(remembered(&[Layer::Shared]).is_some());
    search
        .replace(vec![group("shared", "rds", "2", &[("criteria/K07/summary/ja", "暗号化は後から選べない。")])])
        .unwrap();
    asked(&[Layer::Shared]);
    asked(&own);
    search.set_synonyms(Synonyms::default());
    asked(&[Layer::Shared]);
}

#[test]
fn whatever_is_typed_becomes_no_more_than_so_many_words_ways_and_needles() {
    let search = small();
    let index = search.layer(&Layer::Shared).unwrap();
    let (searchers, synonyms) = ([index.searcher().unwrap()], search.synonyms());
    let vocabulary = search.vocabulary.read().unwrap().clone();
    let japanese: String = (0..400).map(|n| if n % 2 == 0 { '暗' } else { '号' }).collect();
    let scripts = "暗a号b化1".repeat(1_600);
    let words: String = ('a'..='z').flat_map(|a| ('a'..='z').map(move |b| format!("{a}{b}xk "))).collect();
    let either = "暗号化 OR 鍵 OR ".repeat(600);
    let phrases = "\"暗号化 鍵\" -\"暗 号\" ".repeat(400);
    let known = search.synonyms().clone();
    let all_synonyms = known.words().take(400).collect::<Vec<_>>().join(" ");
    for query in [japanese, scripts, words, either, phrases, all_synonyms, "e ".repeat(5_000), "(a+)+$".repeat(2_000)] {
        let parsed = parse::parse(&query);
        let holdings = Holdings { searchers: &searchers, fields: index.columns.fields, known: RefCell::default() };
        let planner = Planner {
            holdings,
            synonyms: &synonyms,
            vocabulary: &vocabulary,
            prefix: true,
            parts: true,
            words: Cell::new(0),
        };
        let mut plan = planner.plan(&parsed);
        let (words, ways) = (planner.words.get(), plan.ways());
        let begun: String = query.chars().take(20).collect();
        assert!(words <= plan::MAX_WORDS && ways <= plan::MAX_WAYS, "{begun} {words} words {ways} ways");
        assert!(plan.needles.len() <= 64 && plan.said.len() <= 12, "{begun}");
        assert!(planner.holdings.known.borrow().len() < 60_000, "{begun} {}", planner.holdings.known.borrow().len());
    }
    let many: String = ('a'..='z').map(|a| format!("{a}{a}xk ")).collect();
    assert!(answer(&search, &[Layer::Shared], &many).said.contains(&Notice::Fewer { words: plan::MAX_WORDS }));
}

#[test]
fn long_queries_are_answered_in_time_and_say_what_was_cut() {
    let search = small();
    for query in
        ["暗号化".repeat(4_000), "a".repeat(10_000), "- ".repeat(5_000), "ab cd ".repeat(2_000), "\"".repeat(10_000)]
    {
        let start = std::time::Instant::now();
        let answer = answer(&search, &[Layer::Shared], &query);
        assert!(
            answer.said.iter().any(|n| matches!(n, Notice::Cut { .. } | Notice::Literal { .. } | Notice::Nothing)),
            "{:?}",
            answer.said
        );
        assert!(start.elapsed() < std::time::Duration::from_secs(5), "{:?}", start.elapsed());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_query_is_answered(text in "(\\PC|[\"「」:：\\-|ORa-zあ-ん漢字暗号化 　\u{202e}]){0,60}") {
        static SEARCH: std::sync::LazyLock<Search> = std::sync::LazyLock::new(small);
        for prefix in [false, true] {
            let request = Request { prefix, ..Request::new(&text, now()) };
            let answer = SEARCH.find(&[Layer::Shared], &request, &Filter::default()).unwrap();
            prop_assert!(answer.hits.len() as u64 <= answer.total);
            prop_assert!(answer.hits.iter().all(|h| h.score.is_finite()));
        }
    }
}
