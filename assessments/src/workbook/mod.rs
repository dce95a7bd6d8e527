//! Excel in and out. Reading never fails for one bad cell: it returns what it could read, and findings.

pub mod grid;
