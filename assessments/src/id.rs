//! Identifiers. Each is a checked text, so that a value that came through the door can stand in a path or a file name.

use crate::failure::Failure;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest identifier, in bytes.
pub const MAX_ID: usize = 64;

fn plain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_ID
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.'))
        && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
}

macro_rules! checked_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks and wraps a text.
            ///
            /// # Errors
            /// [`Failure::Invalid`] where the text has other characters than the type allows, or more than [`MAX_ID`].
            pub fn parse(text: &str) -> Result<Self, Failure> {
                let check: fn(&str) -> bool = $check;
                if check(text) { Ok(Self(text.to_owned())) } else { Err(Failure::invalid($what, text)) }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Failure;
            fn try_from(text: String) -> Result<Self, Failure> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

checked_id!(
    /// A cloud service under assessment: `s3`. Lower-case letters, digits, `-`, `_`, `.`.
    ServiceId, "service", plain
);
checked_id!(
    /// A member institution: `a-bank`. The same characters as a service.
    InstitutionId, "institution", plain
);
checked_id!(
    /// A person. Opaque.
    PersonId, "person", plain
);
checked_id!(
    /// A change set. Opaque, the same for nobody else; says nothing about how many there are.
    ChangeId, "change", plain
);
checked_id!(
    /// Groups the change sets that one act wrote (an import into two layers), applied and undone together. Opaque.
    OperationId, "operation", plain
);
checked_id!(
    /// A request for a right for a time, and the grant that comes of it. Opaque.
    GrantId, "elevation", plain
);
checked_id!(
    /// One workbook that was handed out. Opaque; the file carries it, the server keeps what it stood for.
    ExportId, "export", plain
);
checked_id!(
    /// One previewed import, waiting for its reader to choose. Opaque.
    ImportId, "import", plain
);
checked_id!(
    /// An internal approval of an institution. Opaque.
    ApprovalId, "approval", plain
);
checked_id!(
    /// A version of an institution's own template. Opaque.
    TemplateId, "template", plain
);
checked_id!(
    /// A system of an institution's own that uses services. Opaque.
    SystemId, "system", plain
);
checked_id!(
    /// A reviewer's list of cells. Opaque.
    BasketId, "basket", plain
);
checked_id!(
    /// A search under a name. Opaque.
    SavedId, "saved_search", plain
);
checked_id!(
    /// A row of a section: `K07`, `S-01`, or `new-1` for a row that the write itself shall number.
    RowId, "row", |t| {
        t.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric()) && t.len() <= MAX_ID && t.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    }
);

impl RowId {
    /// The only row of the section that holds the service's own facts.
    pub fn service() -> RowId {
        RowId("service".into())
    }

    /// A row that does not exist yet; the write that receives it gives it the next number of its section.
    pub fn placeholder(n: usize) -> RowId {
        RowId(format!("new-{n}"))
    }

    /// Whether this is such a placeholder.
    pub fn is_placeholder(&self) -> bool {
        self.0.starts_with("new-")
    }

    /// A numbered row: `S-07`.
    pub fn numbered(prefix: &str, n: u32) -> RowId {
        RowId(format!("{prefix}-{n:02}"))
    }

    /// The number of a numbered row of this prefix.
    pub fn number(&self, prefix: &str) -> Option<u32> {
        self.0.strip_prefix(prefix)?.strip_prefix('-')?.parse().ok()
    }
}

/// Makes an opaque identifier's text from random bytes: 26 characters of lower-case base 32.
pub fn opaque(random: [u8; 16]) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut number = u128::from_be_bytes(random);
    let mut text = [b'0'; 26];
    for slot in text.iter_mut().rev() {
        *slot = ALPHABET[(number & 31) as usize];
        number >>= 5;
    }
    text.iter().map(|b| char::from(*b)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_id_from_outside_cannot_leave_its_folder() {
        for bad in ["", "../etc", "a/b", "A", "-a", ".", "a b", "あ", &"x".repeat(65)] {
            assert!(ServiceId::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(ServiceId::parse("s3").unwrap().as_str(), "s3");
    }

    #[test]
    fn rows_are_numbered_by_section() {
        assert_eq!(RowId::numbered("S", 7).as_str(), "S-07");
        assert_eq!(RowId::parse("S-107").unwrap().number("S"), Some(107));
        assert_eq!(RowId::parse("N-07").unwrap().number("S"), None);
    }

    #[test]
    fn opaque_ids_keep_all_bits() {
        assert_eq!(opaque([0; 16]), "0".repeat(26));
        assert_ne!(opaque([1; 16]), opaque([2; 16]));
        assert!(ChangeId::parse(&opaque([255; 16])).is_ok());
    }
}
