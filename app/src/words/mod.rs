//! Every text of the interface in both languages: a word that is missing in one of them does not compile.

mod admin;
mod adoption;
mod api;
mod common;
mod editor;
mod elevation;
mod exchange;
mod find;
mod mail;
mod pages;
mod review;
mod sheet;
mod talk;
mod templates;
mod together;
mod tokens;

pub use admin::{Admin, admin};
pub use adoption::{Adoption, adoption};
pub use api::{Api, api};
pub use common::{Common, common};
pub use editor::{Editor, editor};
pub use elevation::{Elevation, elevation};
pub use exchange::{Exchange, exchange};
pub use find::{Find, find};
pub use mail::{Mail, mail};
pub use pages::{Pages, pages};
pub use review::{Review, review};
pub use sheet::{Sheet, sheet};
pub use talk::{Talk, talk};
pub use templates::{Templates, templates};
pub use together::{Together, together};
pub use tokens::{Tokens, tokens};

/// Declares a struct of words and its two constants.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $get:ident: $($key:ident = $ja:literal, $en:literal;)*) => {
        $(#[$doc])*
        #[allow(missing_docs)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name { $(pub $key: &'static str,)* }

        const JA: $name = $name { $($key: $ja,)* };
        const EN: $name = $name { $($key: $en,)* };

        /// The words in a language.
        pub fn $get(lang: assessments::lang::Lang) -> &'static $name {
            match lang {
                assessments::lang::Lang::Ja => &JA,
                assessments::lang::Lang::En => &EN,
            }
        }
    };
}
pub(crate) use words;

/// Fills `{}` of a text, one after the other.
pub fn fill(text: &str, with: &[&dyn std::fmt::Display]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut parts = text.split("{}");
    out.push_str(parts.next().unwrap_or(""));
    for (n, part) in parts.enumerate() {
        if let Some(value) = with.get(n) {
            out.push_str(&value.to_string());
        }
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_filled_in_order() {
        assert_eq!(fill("{} of {}", &[&1, &"two"]), "1 of two");
        assert_eq!(fill("no blank", &[]), "no blank");
    }
}
