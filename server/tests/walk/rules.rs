//! What is expected at each place: who may, by the policy's own words. A place that has no rule fails the walk.
//!
//! `<kind>` in an address or a form stands for a thing of one institution; the walk puts A's, B's and one that does not
//! exist there. `<service>` is common: one that is there and one that is not.

use assessments::access::Action;

/// Who may ask.
#[derive(Clone, Copy, Debug)]
pub enum Needs {
    /// Everybody, signed in or not.
    Nothing,
    /// Whoever is signed in.
    Session,
    /// The action on the common text or on the installation.
    Common(Action),
    /// The action in the layer of the institution whose thing is asked for.
    Own(Action),
    /// The same; who may not do it does not see that there is anything to do it to.
    Hidden(Action),
    /// Whoever belongs to an institution.
    Member,
    /// The action in one's own institution's layer; who holds it over the installation asks any institution that exists.
    Asks(Action),
    /// The action in A's layer, and the thing is A's.
    OfA(Action),
    /// The action on the common text, and the thing is one's own: another's is not there.
    Mine(Action),
}

/// One question at one place.
pub struct Rule {
    /// `GET /services/{id}`, as the router lists it.
    pub place: &'static str,
    /// The address to ask.
    pub ask: &'static str,
    /// What is sent.
    pub form: &'static str,
    pub needs: Needs,
    /// The answers of those who may.
    pub good: &'static [u16],
}

pub const fn get(place: &'static str, ask: &'static str, needs: Needs) -> Rule {
    Rule { place, ask, form: "", needs, good: &[200] }
}

pub const fn post(
    place: &'static str,
    ask: &'static str,
    form: &'static str,
    needs: Needs,
    good: &'static [u16],
) -> Rule {
    Rule { place, ask, form, needs, good }
}

use Action::*;
use Needs::*;

/// A part of the answers: the lists of several files are walked one after the other.
pub fn rules() -> Vec<Rule> {
    let parts = [reading(), private(), super::landed::rules(), functions(), writing(), super::landed::programs()];
    parts.into_iter().flatten().collect()
}

pub const READ: Needs = Common(ReadSheet);

fn reading() -> Vec<Rule> {
    vec![
        get("GET /healthz", "/healthz", Nothing),
        Rule { good: &[404], ..get("GET /assets/{name}", "/assets/zaphiro", Nothing) },
        get("GET /sign-in", "/sign-in", Nothing),
        get("GET /sign-in/code", "/sign-in/code", Nothing),
        Rule { good: &[403], ..get("GET /welcome/{token}", "/welcome/zaphiro", Nothing) },
        get("GET /", "/", READ),
        get("GET /services", "/services", READ),
        get("GET /services", "/services?text=zaphiro", READ),
        get("GET /services/new", "/services/new", Common(AddService)),
        get("GET /services/{id}", "/services/<service>", READ),
        get("GET /services/{id}/scenarios", "/services/<service>/scenarios", READ),
        get("GET /services/{id}/criteria", "/services/<service>/criteria", READ),
        get("GET /services/{id}/notes", "/services/<service>/notes", READ),
        get("GET /services/{id}/guardrails", "/services/<service>/guardrails", READ),
        get("GET /services/{id}/history", "/services/<service>/history", READ),
        get("GET /services/{id}/history", "/services/s3/history?cell=criteria/K07/limits/ja", READ),
        get("GET /services/{id}/history", "/services/s3/history?layer=i:<institution>", READ),
        get("GET /services/{id}/export", "/services/<service>/export", Common(Export)),
        get("GET /services/{id}/export", "/services/<service>/export?format=json", Common(Export)),
        get("GET /services/{id}/export", "/services/<service>/export?format=md", Common(Export)),
        get("GET /services/{id}/edit", "/services/<service>/edit?cell=criteria/K07/limits/ja", Common(WriteCells)),
        get("GET /matrix", "/matrix", READ),
        get("GET /categories/{id}", "/categories/K07", READ),
        get("GET /overdue", "/overdue", READ),
        get("GET /guardrails", "/guardrails?text=zaphiro", READ),
        Rule { good: &[404], ..get("GET /guardrail", "/guardrail?id=config:zaphiro-guardrail", READ) },
        get("GET /search", "/search?q=zaphiroverdict", READ),
        get("GET /search", "/search?q=%E6%A9%9F%E5%AF%86%E5%88%A4%E6%96%AD", READ),
        get("GET /search", "/search?q=%E3%82%B6%E3%83%95%E3%82%A3%E3%83%BC%E3%83%AD&layer=i:<institution>", READ),
        get("GET /live", "/live?service=<service>", READ),
        get("GET /live", "/live?service=<service>&after=zaphiro", READ),
        get("GET /import", "/import", Common(PreviewImport)),
        get("GET /members", "/members", Common(ManagePeople)),
        get("GET /institutions", "/institutions", Common(ManageInstitutions)),
        get("GET /policy", "/policy", READ),
        get("GET /audit", "/audit", Common(ReadAudit)),
        get("GET /audit/export", "/audit/export", Common(ReadAudit)),
        get("GET /account", "/account", Session),
    ]
}

/// What belongs to an institution or a person: another's is answered like one that does not exist.
fn private() -> Vec<Rule> {
    vec![
        get("GET /services/{id}/export", "/services/s3/export?layer=i:<institution>", Own(Export)),
        get("GET /services/{id}/export", "/services/s3/export?layer=i:<institution>&format=json", Own(Export)),
        get("GET /services/{id}/export", "/services/s3/export?layer=i:<institution>&format=md", Own(Export)),
        get("GET /live", "/live?service=s3&place=<institution>", Own(ReadSheet)),
        get("GET /import/{id}", "/import/<import>", Mine(PreviewImport)),
        get("GET /import/{id}/report", "/import/<import>/report", Mine(PreviewImport)),
        get("GET /import/several/{batch}", "/import/several/<batch>", Mine(PreviewImport)),
        get("GET /import/several/{batch}/report", "/import/several/<batch>/report", Mine(PreviewImport)),
        get("GET /members", "/members?institution=<institution>", Own(ManagePeople)),
        get("GET /audit", "/audit?institution=<institution>", Own(ReadAudit)),
        get("GET /audit", "/audit?institution=<institution>&text=zaphiro", Own(ReadAudit)),
        get("GET /audit/export", "/audit/export?institution=<institution>", Own(ReadAudit)),
    ]
}

/// Server functions of the islands. Their refusals are answered as 500 with the failure in the body.
fn functions() -> Vec<Rule> {
    const PLACE: &str = "POST /api/{*function}";
    let call = |ask, form, needs| post(PLACE, ask, form, needs, &[200]);
    vec![
        call("/api/cell", "service=<service>&layer=&address=criteria/K07/limits/ja&lang=ja", READ),
        call("/api/cell", "service=s3&layer=<institution>&address=adoption/service/note&lang=ja", Own(ReadSheet)),
        call("/api/suggest", "text=zaphiro&here=/services/s3&lang=ja", READ),
        call("/api/suggest", "text=%E3%82%B6%E3%83%95%E3%82%A3%E3%83%BC%E3%83%AD&here=/&lang=ja", READ),
        call("/api/suggest", "text=&here=/services/s3&lang=en", READ),
        call("/api/guardrails", "text=zaphiro&lang=ja", READ),
        call("/api/markdown", "text=**x**", Session),
        call("/api/differences", "address=criteria/K07/limits/ja&base=a&texts[0]=b&lang=ja", Session),
        // Nobody's tab: who may write is told that it is not there.
        Rule {
            good: &[500],
            ..call(
                "/api/edits",
                "service=<service>&layer=&tab=zaphiro&address=criteria/K07/limits/ja",
                Common(WriteCells),
            )
        },
        Rule {
            good: &[500],
            ..call("/api/edits", "service=s3&layer=<institution>&tab=zaphiro&address=", Own(WriteCells))
        },
        Rule {
            good: &[200, 500],
            ..call(
                "/api/save",
                "service=<service>&layer=&address=criteria/K07/limits/ja&text=walked&base=0&reason=&lang=ja",
                Common(WriteCells),
            )
        },
        Rule {
            good: &[200, 500],
            ..call(
                "/api/save",
                "service=s3&layer=<institution>&address=risks/K09/owner&text=walked&base=0&reason=&lang=ja",
                Own(WriteCells),
            )
        },
    ]
}

/// A form with a file that is no workbook.
pub const UPLOAD: &str = "--walk\r\nContent-Disposition: form-data; name=\"service\"\r\n\r\ns3\r\n--walk\r\nContent-Disposition: form-data; \
     name=\"file\"; filename=\"x.xlsx\"\r\nContent-Type: application/octet-stream\r\n\r\nno workbook\r\n--walk--\r\n";

const DONE: &[u16] = &[303];
/// Done, or refused for what it says: who may ask is answered, and not turned away.
pub const HEARD: &[u16] = &[200, 303, 409, 422];

fn writing() -> Vec<Rule> {
    const CELL: &str = "cell=criteria/K08/limits/ja&base=0&text=walked&reason=&layer=i:b-bank";
    vec![
        post("POST /language", "/language", "lang=en&back=/", Nothing, DONE),
        post("POST /services/new", "/services/new", "id=Not%20An%20Id", Common(AddService), HEARD),
        post("POST /services/{id}/edit", "/services/<service>/edit", CELL, Common(WriteCells), HEARD),
        post("POST /services/{id}/rows", "/services/<service>/rows", "section=notes&base=0", Common(WriteCells), HEARD),
        post("POST /services/{id}/undo-last", "/services/<service>/undo-last", "seen=0", Common(WriteCells), HEARD),
        post(
            "POST /services/{id}/undo-last",
            "/services/s3/undo-last",
            "seen=999999&institution=<institution>",
            Own(WriteCells),
            HEARD,
        ),
        post("POST /services/{id}/undo", "/services/s3/undo", "number=1&layer=i:b-bank", Common(UndoOthers), HEARD),
        post(
            "POST /services/{id}/undo-operation",
            "/services/s3/undo-operation",
            "operation=<operation>",
            Own(UndoOthers),
            HEARD,
        ),
        post(
            "POST /services/{id}/restore",
            "/services/<service>/restore",
            "number=2&layer=i:b-bank",
            Common(WriteCells),
            HEARD,
        ),
        post("POST /import", "/import", UPLOAD, Common(PreviewImport), HEARD),
        post("POST /import/{id}/mapping", "/import/<import>/mapping", "", Mine(PreviewImport), HEARD),
        post("POST /import/{id}/service", "/import/<import>/service", "service=s3", Mine(PreviewImport), HEARD),
        post("POST /import/{id}/criteria", "/import/<import>/criteria", "set=&version=1", Mine(ManageCriteria), HEARD),
        post("POST /import/{id}/sheets", "/import/<import>/sheets", "sheet:criteria=x", Mine(PreviewImport), HEARD),
        post("POST /import/several/{batch}", "/import/several/<batch>", "", Mine(ApplyImport), HEARD),
        post("POST /import/{id}", "/import/<import>", "", Mine(ApplyImport), HEARD),
        post("POST /members", "/members", "verb=link&person=zaphiro", Common(ManagePeople), &[404]),
        post(
            "POST /members",
            "/members?institution=<institution>",
            "verb=invite&email=new@example.com&name=x&role=reader",
            Own(ManagePeople),
            HEARD,
        ),
        post("POST /members", "/members?institution=a-bank", "verb=link&person=<person>", OfA(ManagePeople), HEARD),
        post("POST /members", "/members?institution=a-bank", "verb=factor&person=<person>", OfA(ManagePeople), HEARD),
        post(
            "POST /members",
            "/members?institution=a-bank",
            "verb=roles&person=<person>&role=reader",
            OfA(ManagePeople),
            HEARD,
        ),
        post("POST /institutions", "/institutions", "verb=add&id=Not%20An%20Id", Common(ManageInstitutions), HEARD),
        post("POST /account/sessions", "/account/sessions", "which=zaphiro", Session, &[303, 404]),
        post("POST /account/second", "/account/second", "verb=off&code=0", Session, &[403, 404, 422, 429]),
        post("POST /account/password", "/account/password", "now=wrong&new=short", Session, &[403, 422, 429]),
        post("POST /sign-in", "/sign-in", "email=zaphiro@b-bank.example&password=x", Nothing, &[403, 429]),
        post("POST /sign-in/code", "/sign-in/code", "code=000000", Nothing, &[303, 403]),
        post("POST /welcome/{token}", "/welcome/zaphiro", "password=correct+horse+battery", Nothing, &[403]),
        post("POST /sign-out", "/sign-out", "", Nothing, DONE),
    ]
}
