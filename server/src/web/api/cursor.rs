//! Where a list goes on. Opaque to callers: what is in it may change from version to version.

use assessments::change::hex;
use assessments::failure::Failure;

/// A cursor of one kind of list.
pub fn write(kind: &str, place: i64) -> String {
    hex(format!("{kind}:{place}").as_bytes())
}

/// Reads a cursor of that kind.
///
/// # Errors
/// [`Failure::NotFound`] for one that this list never gave out.
pub fn read(kind: &str, text: &str) -> Result<i64, Failure> {
    let bytes: Option<Vec<u8>> = text
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect::<Option<_>>()
        .filter(|_| text.len() <= 80);
    let plain = bytes.and_then(|b| String::from_utf8(b).ok()).ok_or(Failure::NotFound)?;
    let place = plain.strip_prefix(kind).and_then(|rest| rest.strip_prefix(':')).and_then(|n| n.parse().ok());
    place.filter(|n| *n > 0).ok_or(Failure::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_belongs_to_its_list() {
        assert_eq!(read("sheets", &write("sheets", 2)), Ok(2));
        for strange in [write("changes", 2), write("sheets", -1), "x".into(), "é".into(), "6".into(), "0".repeat(99)] {
            assert_eq!(read("sheets", &strange), Err(Failure::NotFound), "{strange}");
        }
    }
}
