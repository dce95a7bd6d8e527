//! The site's files inside the program: script, WebAssembly, styles, icons.
//!
//! A file's address holds a hash of its content, so a browser may keep it for ever, and a new version has a new address.

use axum::{
    extract::Path,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
};

/// One file.
#[derive(Debug)]
pub struct Asset {
    /// What pages call it, such as `main.css`.
    pub name: &'static str,
    /// Its address with the content's hash, such as `/assets/main.1f2e3d4c5b6a.css`.
    pub path: &'static str,
    /// Media type, with the charset where it is text.
    pub content_type: &'static str,
    /// The content as it is.
    pub identity: &'static [u8],
    /// The content compressed with brotli; only in a program that was built with the finished site.
    pub br: Option<&'static [u8]>,
    /// The content compressed with gzip.
    pub gzip: Option<&'static [u8]>,
}

/// Written by `build.rs`.
static SITE: &[Asset] = include!(concat!(env!("OUT_DIR"), "/site.rs"));

/// The file with this hashed name, such as `main.1f2e3d4c5b6a.css`.
pub fn get(hashed: &str) -> Option<&'static Asset> {
    SITE.iter().find(|asset| asset.path.strip_prefix("/assets/") == Some(hashed))
}

/// The address of the file that pages call `name`. `None` for the script where the program was built without it.
pub fn url(name: &str) -> Option<&'static str> {
    SITE.iter().find(|asset| asset.name == name).map(|asset| asset.path)
}

/// `GET /assets/{name}`: the file in the best encoding that the browser takes, kept for ever.
pub async fn serve(Path(hashed): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = get(&hashed) else { return StatusCode::NOT_FOUND.into_response() };
    let (encoding, bytes) = choose(asset, &headers);
    // Bytes differ by encoding, and so must a strong tag.
    let tag = format!("\"{hashed}.{}\"", encoding.unwrap_or("identity"));
    let known = headers.get_all(IF_NONE_MATCH).iter().any(|value| value.to_str().is_ok_and(|list| list.contains(&tag)));
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { bytes.into_response() };
    let out = response.headers_mut();
    out.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    out.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    out.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    out.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(ETAG, tag);
    }
    if let Some(encoding) = encoding.filter(|_| !known) {
        out.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// The smallest form that the request's `Accept-Encoding` takes.
fn choose(asset: &Asset, headers: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    match (asset.br, asset.gzip) {
        (Some(bytes), _) if accepts(headers, "br") => (Some("br"), bytes),
        (_, Some(bytes)) if accepts(headers, "gzip") => (Some("gzip"), bytes),
        _ => (None, asset.identity),
    }
}

/// Whether `Accept-Encoding` names `encoding` with a weight above zero.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let lists = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut star = false;
    for item in lists.flat_map(|list| list.split(',')) {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.trim().parse::<f32>().ok());
        let wanted = weight.is_some_and(|weight| weight > 0.0);
        if name.eq_ignore_ascii_case(encoding) {
            return wanted;
        }
        star |= name == "*" && wanted;
    }
    star
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    static SCRIPT: Asset = Asset {
        name: "a.js",
        path: "/assets/a.0.js",
        content_type: "text/javascript; charset=utf-8",
        identity: b"identity",
        br: Some(b"br"),
        gzip: Some(b"gzip"),
    };

    fn chosen(accept: &str) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, accept.parse().unwrap());
        choose(&SCRIPT, &headers).0
    }

    fn header<'a>(response: &'a Response, name: &str) -> &'a str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn the_smallest_accepted_encoding_is_chosen() {
        assert_eq!(chosen("gzip, deflate, br, zstd"), Some("br"));
        assert_eq!(chosen("gzip;q=1.0, br;q=0.5"), Some("br"));
        assert_eq!(chosen("GZIP"), Some("gzip"));
        assert_eq!(chosen("br;q=0, gzip"), Some("gzip"));
        assert_eq!(chosen("br;q=0, *"), Some("gzip"));
        assert_eq!(chosen("*"), Some("br"));
        assert_eq!(chosen("*;q=0"), None);
        assert_eq!(chosen("br;q=nonsense"), None);
        assert_eq!(chosen("deflate"), None);
        assert_eq!(choose(&SCRIPT, &HeaderMap::new()), (None, b"identity".as_slice()));
    }

    #[test]
    fn a_style_is_always_inside() {
        let path = url("main.css").unwrap();
        let asset = get(path.strip_prefix("/assets/").unwrap()).unwrap();
        assert_eq!((asset.name, asset.content_type), ("main.css", "text/css; charset=utf-8"));
        assert!(get("main.css").is_none(), "only a hashed name may be kept for ever");
        assert!(url("no-such-file").is_none());
    }

    #[tokio::test]
    async fn a_file_is_served_for_ever_and_answered_unchanged_the_second_time() {
        let hashed = url("main.css").unwrap().strip_prefix("/assets/").unwrap().to_owned();
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let first = serve(Path(hashed.clone()), headers.clone()).await;
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(header(&first, "content-encoding"), "gzip");
        assert_eq!(header(&first, "content-type"), "text/css; charset=utf-8");
        assert_eq!(header(&first, "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header(&first, "x-content-type-options"), "nosniff");
        assert_eq!(header(&first, "vary"), "accept-encoding");
        headers.insert(IF_NONE_MATCH, first.headers().get("etag").unwrap().clone());
        let again = serve(Path(hashed), headers).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }

    #[tokio::test]
    async fn an_unknown_name_is_not_found() {
        let response = serve(Path("../Cargo.toml".to_owned()), HeaderMap::new()).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
    }
}
