//! The refusals that the document lists for every operation, and those of writes.

use super::problem::Problem;
use utoipa::IntoResponses;

/// What any operation may answer instead.
#[allow(dead_code)] // Read by the document only.
#[derive(IntoResponses)]
pub enum Refusals {
    /// The request is malformed, or carries a cookie.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(Problem),
    /// There is no valid token.
    #[response(status = 401, content_type = "application/problem+json")]
    SignedOut(Problem),
    /// The person holds no role for it (`forbidden`), or the token no scope (`out_of_scope`).
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// Not there, or not for this reader: the two are not told apart.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// Too many requests; Retry-After says how long to wait.
    #[response(status = 429, content_type = "application/problem+json")]
    SlowDown(Problem),
    /// Our fault. The operation number leads to the log.
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(Problem),
}

/// What a write may answer beside.
#[allow(dead_code)] // Read by the document only.
#[derive(IntoResponses)]
pub enum WriteRefusals {
    /// It exists already, or cells could not be merged: each with base, theirs and yours. Nothing was written.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(Problem),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body's Content-Type is not taken.
    #[response(status = 415, content_type = "application/problem+json")]
    MediaType(Problem),
    /// A value, a cell or a file is refused; `place` or `reason` say which and why.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(Problem),
}
