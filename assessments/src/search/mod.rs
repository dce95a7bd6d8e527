//! Search over every cell: Japanese by bigrams and single kanji, identifiers whole and in parts. The only place that
//! names tantivy. The index is a cache, one a layer; it knows which revision of each sheet it holds.

mod docs;
mod fold;
mod folder;
mod index;
mod query;
mod snippet;
mod synonyms;
mod tokens;

pub use docs::{Doc, SheetDocs, documents_of};
pub use synonyms::Synonyms;

use crate::cell::{Address, Layer};
use crate::failure::Failure;
use crate::id::ServiceId;
use crate::lang::Lang;
use index::{LayerIndex, fault};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use tantivy::Term;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};

/// A cell that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// In which layer.
    pub layer: Layer,
    /// The service.
    pub service: ServiceId,
    /// Which cell.
    pub address: Address,
    /// The whole text, plain.
    pub text: String,
    /// A piece of it: (marked, text).
    pub snippet: Vec<(bool, String)>,
    /// Higher is better.
    pub score: f32,
}

/// What a search is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// One service.
    pub service: Option<ServiceId>,
    /// One section.
    pub section: Option<String>,
    /// One language; cells without a language are in every one.
    pub lang: Option<Lang>,
}

/// The search over all layers. Cheap to clone.
#[derive(Clone)]
pub struct Search {
    dir: Option<PathBuf>,
    synonyms: Arc<Synonyms>,
    layers: Arc<RwLock<BTreeMap<Layer, Arc<LayerIndex>>>>,
}

impl Search {
    /// Opens the index under a folder, making what is missing.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the folder cannot be written.
    pub fn open(dir: &Path, synonyms: Synonyms) -> Result<Search, Failure> {
        std::fs::create_dir_all(dir).map_err(fault)?;
        let search = Search { dir: Some(dir.to_owned()), synonyms: Arc::new(synonyms), layers: Arc::default() };
        search.layer(&Layer::Shared)?;
        Ok(search)
    }

    /// An index in memory, for tests.
    ///
    /// # Errors
    /// [`Failure::Internal`] where it cannot be made.
    pub fn in_memory(synonyms: Synonyms) -> Result<Search, Failure> {
        Ok(Search { dir: None, synonyms: Arc::new(synonyms), layers: Arc::default() })
    }

    fn layer(&self, layer: &Layer) -> Result<Arc<LayerIndex>, Failure> {
        if let Some(open) = self.layers.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(layer) {
            return Ok(open.clone());
        }
        let mut layers = self.layers.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(open) = layers.get(layer) {
            return Ok(open.clone());
        }
        let open = Arc::new(LayerIndex::open(self.dir.as_deref(), layer)?);
        layers.insert(layer.clone(), open.clone());
        Ok(open)
    }

    /// Replaces all documents of the named sheets and remembers which revision was read; visible when it returns.
    ///
    /// # Errors
    /// [`Failure::Internal`] where another process holds the index, or the disk refuses.
    pub fn replace(&self, batch: Vec<SheetDocs>) -> Result<(), Failure> {
        let mut layers: BTreeMap<Layer, Vec<SheetDocs>> = BTreeMap::new();
        for sheet in batch {
            layers.entry(sheet.key.layer.clone()).or_default().push(sheet);
        }
        layers.into_iter().try_for_each(|(layer, sheets)| self.layer(&layer)?.replace(&sheets))
    }

    /// The revision of each sheet of a layer that was read last.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the index cannot be read.
    pub fn positions(&self, layer: &Layer) -> Result<BTreeMap<ServiceId, i64>, Failure> {
        self.layer(layer)?.positions()
    }

    /// Every document of a layer, for `check`.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the index cannot be read.
    pub fn documents(&self, layer: &Layer) -> Result<BTreeMap<ServiceId, BTreeMap<Address, String>>, Failure> {
        self.layer(layer)?.documents()
    }

    /// Empties every layer that is open here. Layers nobody asked for are followed anew when they are.
    ///
    /// # Errors
    /// [`Failure::Internal`] where another process holds the index.
    pub fn clear(&self) -> Result<(), Failure> {
        let open: Vec<Arc<LayerIndex>> =
            self.layers.read().unwrap_or_else(std::sync::PoisonError::into_inner).values().cloned().collect();
        open.into_iter().try_for_each(|layer| layer.clear())
    }

    /// Cells that fit a query, best first. Reads the named layers and no other; each with its own statistics.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the index cannot be read.
    pub fn search(&self, layers: &[Layer], query: &str, limit: usize, filter: &Filter) -> Result<Vec<Hit>, Failure> {
        self.find(layers, query, limit, filter, false)
    }

    /// The same for a word that is still being typed.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the index cannot be read.
    pub fn suggest(&self, layers: &[Layer], prefix: &str, limit: usize) -> Result<Vec<Hit>, Failure> {
        self.find(layers, prefix, limit, &Filter::default(), true)
    }

    fn find(
        &self,
        layers: &[Layer],
        text: &str,
        limit: usize,
        filter: &Filter,
        prefix: bool,
    ) -> Result<Vec<Hit>, Failure> {
        let mut hits = Vec::new();
        for layer in layers {
            let index = self.layer(layer)?;
            let searcher = index.searcher()?;
            let built = query::build(text, &self.synonyms, index.columns.fields, &searcher, prefix);
            let Some(query) = built.query else { return Ok(vec![]) };
            let query = narrowed(query, &index, filter);
            let found =
                searcher.search(&query, &TopDocs::with_limit(limit.clamp(1, 1_000)).order_by_score()).map_err(fault)?;
            for (score, at) in found {
                let doc: tantivy::TantivyDocument = searcher.doc(at).map_err(fault)?;
                if let Some((service, address, text)) = index.cell(&doc)? {
                    let snippet = snippet::snippet(&text, &built.needles);
                    hits.push(Hit { layer: layer.clone(), service, address, text, snippet, score });
                }
            }
        }
        // Equal scores stand in the order of their addresses, so that a page drawn twice is the same.
        hits.sort_by(|a, b| {
            b.score.total_cmp(&a.score).then_with(|| (&a.service, &a.address).cmp(&(&b.service, &b.address)))
        });
        hits.truncate(limit);
        Ok(hits)
    }
}

fn narrowed(query: Box<dyn Query>, index: &LayerIndex, filter: &Filter) -> BooleanQuery {
    let term = |field: Field, text: &str| {
        Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic)) as Box<dyn Query>
    };
    let c = index.columns;
    let mut all: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, query)];
    // Filters must match, but have no part in the score.
    let mut must = |q: Box<dyn Query>| all.push((Occur::Must, Box::new(tantivy::query::ConstScoreQuery::new(q, 0.0))));
    if let Some(service) = &filter.service {
        must(term(c.service, service.as_str()));
    }
    if let Some(section) = &filter.section {
        must(term(c.section, section));
    }
    if let Some(lang) = filter.lang {
        let either = vec![(Occur::Should, term(c.lang, lang.code())), (Occur::Should, term(c.lang, ""))];
        must(Box::new(BooleanQuery::new(either)));
    }
    BooleanQuery::new(all)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::SheetKey;

    fn docs(layer: &str, service: &str, number: i64, cells: &[(&str, &str)]) -> SheetDocs {
        let key = SheetKey { service: ServiceId::parse(service).unwrap(), layer: Layer::parse(layer).unwrap() };
        let doc = |(address, text): &(&str, &str)| Doc {
            service: key.service.clone(),
            address: Address::parse(address).unwrap(),
            title: format!("{service} title"),
            text: (*text).to_owned(),
        };
        SheetDocs { docs: cells.iter().map(doc).collect(), number, key }
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
            ("notes/N-01/note/ja", "バックアップの保持期間を確認する。"),
        ];
        search
            .replace(vec![
                docs("shared", "s3", 3, &s3),
                docs("shared", "rds", 1, &[("criteria/K07/summary/ja", "保管時の暗号化は作成時に選ぶ。")]),
            ])
            .unwrap();
        search
    }

    fn first(search: &Search, query: &str) -> String {
        let hits = search.search(&[Layer::Shared], query, 10, &Filter::default()).unwrap();
        hits.first().map(|h| format!("{} {}", h.service, h.address)).unwrap_or_default()
    }

    #[test]
    fn words_parts_of_words_and_identifiers_are_found_first() {
        let search = small();
        for (query, expected) in [
            ("サーバ", "s3 criteria/K07/summary/ja"),
            ("ｻｰﾊﾞｰ側", "s3 criteria/K07/summary/ja"),
            ("閉域", "s3 criteria/K04/summary/ja"),
            ("PrivateLink", "s3 criteria/K04/summary/ja"),
            ("ローテーション", "s3 criteria/K09/summary/ja"),
            ("CMK", "s3 criteria/K09/summary/ja"),
            ("s3-bucket-ssl-requests-only", "s3 criteria/K08/guardrails"),
            ("ssl-requests", "s3 criteria/K08/guardrails"),
            ("S3.5", "s3 criteria/K08/guardrails"),
            ("MFA", "s3 criteria/K01/summary/en"),
            ("authenticatd", "s3 criteria/K01/summary/en"),
            ("policy", "s3 criteria/K01/summary/en"),
            ("保持期間", "s3 notes/N-01/note/ja"),
            ("rds 暗号化", "rds criteria/K07/summary/ja"),
        ] {
            assert_eq!(first(&search, query), expected, "{query}");
        }
        assert_eq!(first(&search, "存在しません何もない語"), "");
    }

    #[test]
    fn the_word_itself_stands_before_its_synonyms() {
        let search = small();
        let more = [
            ("criteria/K04/summary/ja", "インターネットへ出ずに閉域で接続できる。"),
            ("paths/P-01/kind", "VPCエンドポイント VPC endpoint"),
            ("criteria/K04/summary/en", "Private connectivity without the internet is possible."),
        ];
        search.replace(vec![docs("shared", "lambda", 1, &more)]).unwrap();
        let hits = search.search(&[Layer::Shared], "閉域", 10, &Filter::default()).unwrap();
        let own = |h: &Hit| h.text.contains("閉域");
        assert!(hits.iter().take(2).all(own) && hits.len() >= 4, "{hits:?}");
    }

    #[test]
    fn a_private_term_moves_nothing_for_others() {
        let search = small();
        let before = search.search(&[Layer::Shared], "暗号化", 10, &Filter::default()).unwrap();
        let private = Layer::parse("i:a-bank").unwrap();
        search
            .replace(vec![docs("i:a-bank", "s3", 1, &[("criteria/K07/limits/ja", "暗号化 暗号化 暗号化 独自の判断")])])
            .unwrap();
        assert_eq!(search.search(&[Layer::Shared], "暗号化", 10, &Filter::default()).unwrap(), before);
        assert!(search.search(&[Layer::Shared], "独自の判断", 10, &Filter::default()).unwrap().is_empty());
        assert_eq!(search.search(&[Layer::Shared, private], "独自の判断", 10, &Filter::default()).unwrap().len(), 1);
    }

    #[test]
    fn replacing_a_sheet_forgets_its_old_text_and_remembers_the_revision() {
        let search = small();
        search.replace(vec![docs("shared", "s3", 4, &[("criteria/K07/summary/ja", "まったく別の文章")])]).unwrap();
        assert_eq!(first(&search, "閉域"), "");
        let positions = search.positions(&Layer::Shared).unwrap();
        assert_eq!(positions.values().copied().collect::<Vec<_>>(), [1, 4]);
    }

    #[test]
    fn an_index_on_disk_is_there_again_and_a_damaged_one_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Search::open(folder.path(), Synonyms::default()).unwrap();
        open().replace(vec![docs("shared", "s3", 7, &[("criteria/K07/summary/ja", "暗号化")])]).unwrap();
        assert_eq!(first(&open(), "暗号"), "s3 criteria/K07/summary/ja");
        let layer = index::folder(folder.path(), &Layer::Shared);
        std::fs::write(layer.join("meta.json"), "damaged").unwrap();
        assert!(open().positions(&Layer::Shared).unwrap().is_empty());
    }

    #[test]
    fn hostile_queries_find_nothing_and_harm_nothing() {
        let search = small();
        let long = "暗号化".repeat(4_000);
        for query in [
            "",
            "   ",
            "\"((",
            "AND OR NOT",
            "*",
            "-",
            "a:b:c:",
            "\u{202e}暗号",
            "\u{0}\u{1}",
            &long,
            &"a".repeat(10_000),
            &"- ".repeat(5_000),
        ] {
            assert!(
                search.search(&[Layer::Shared], query, 10, &Filter::default()).is_ok(),
                "{}",
                &query.chars().take(10).collect::<String>()
            );
        }
    }
}
