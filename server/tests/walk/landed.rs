//! Rules of adoption, approval, elevated access: what an institution decides for itself.

use super::rules::{HEARD, Needs, READ, Rule, get, post};
use Needs::*;
use assessments::access::Action::*;

pub fn rules() -> Vec<Rule> {
    let parts = [adoption(), elevation(), review(), talk(), lists(), find(), provider(), templates()];
    parts.into_iter().flatten().collect()
}

fn adoption() -> Vec<Rule> {
    const OF: &str = "institution=<institution>";
    // What cannot be prepared yet says why on the page.
    const SHOWN: &[u16] = &[200, 409, 422];
    vec![
        get("GET /services/{id}/adoption", "/services/s3/adoption?institution=<institution>", Own(ReadSheet)),
        get(
            "GET /services/{id}/adoption/edit",
            "/services/s3/adoption/edit?institution=<institution>",
            Own(WriteCells),
        ),
        get(
            "GET /services/{id}/adoption/edit",
            "/services/s3/adoption/edit?institution=<institution>&row=K07",
            Own(WriteCells),
        ),
        Rule {
            good: SHOWN,
            ..get(
                "GET /services/{id}/adoption/prepare",
                "/services/s3/adoption/prepare?institution=<institution>",
                Own(PrepareApproval),
            )
        },
        Rule {
            good: SHOWN,
            ..get(
                "GET /services/{id}/adoption/propose",
                "/services/s3/adoption/propose?institution=<institution>&cell=criteria/K07/limits/ja",
                Own(WriteCells),
            )
        },
        get("GET /approvals/{id}", "/approvals/<approval>?institution=<institution>", Own(ReadSheet)),
        get("GET /approvals/{id}/file", "/approvals/<approval>/file?institution=<institution>", Own(Export)),
        get("GET /adoption", "/adoption?institution=<institution>", Own(ReadSheet)),
        get("GET /adoption", "/adoption?institution=<institution>&text=zaphiro", Own(ReadSheet)),
        get("GET /adoption/list.csv", "/adoption/list.csv?institution=<institution>", Own(Export)),
        get("GET /verify", "/verify", Member),
        post("POST /services/{id}/adoption/edit", "/services/s3/adoption/edit", OF, Own(WriteCells), HEARD),
        post("POST /services/{id}/adoption/prepare", "/services/s3/adoption/prepare", OF, Own(PrepareApproval), HEARD),
        post(
            "POST /services/{id}/adoption/propose",
            "/services/s3/adoption/propose",
            "institution=<institution>&cell=criteria/K07/limits/ja&verb=preview&text=walked&to=note&text_lang=ja",
            Own(WriteCells),
            HEARD,
        ),
        post(
            "POST /approvals/{id}",
            "/approvals/<approval>",
            "institution=<institution>&verb=withdraw",
            Own(PrepareApproval),
            &[303, 403, 409, 422],
        ),
        post(
            "POST /approvals/{id}",
            "/approvals/<approval>",
            "institution=<institution>&verb=approve",
            Own(DecideApproval),
            HEARD,
        ),
        post(
            "POST /adoption/systems",
            "/adoption/systems",
            "institution=<institution>&verb=put&id=&name=walked",
            Own(WriteCells),
            HEARD,
        ),
        post(
            "POST /adoption/systems",
            "/adoption/systems",
            "institution=<institution>&verb=delete&id=<system>",
            Own(WriteCells),
            HEARD,
        ),
        post("POST /verify", "/verify", super::rules::UPLOAD, Member, &[200, 422]),
    ]
}

fn elevation() -> Vec<Rule> {
    vec![
        get("GET /elevation", "/elevation", READ),
        get("GET /elevation", "/elevation?text=zaphiro&state=pending", READ),
        get("GET /elevation/history.csv", "/elevation/history.csv", READ),
        post(
            "POST /elevation",
            "/elevation",
            "right=read_layer+i:<institution>&reason=walked&ticket=&minutes=0",
            Asks(RequestElevation),
            HEARD,
        ),
        post("POST /elevation/limit", "/elevation/limit", "hours=25", Common(ManageInstitutions), HEARD),
        post(
            "POST /elevation/{id}",
            "/elevation/<grant>",
            "verb=reject&comment=walked",
            Hidden(DecideElevation),
            HEARD,
        ),
        post("POST /elevation/{id}/seen", "/elevation/<grant>/seen", "back=/elevation", Own(ReadSheet), &[303, 404]),
    ]
}

fn talk() -> Vec<Rule> {
    vec![
        get("GET /services/{id}/talk", "/services/<service>/talk", READ),
        get("GET /inbox", "/inbox", Session),
        get("GET /services/{id}/edit", "/services/s3/edit?held=<held>", Mine(WriteCells)),
        post(
            "POST /services/{id}/talk",
            "/services/s3/talk",
            "verb=open&layer=i:<institution>&on=&text=walked",
            Own(Comment),
            HEARD,
        ),
        post(
            "POST /services/{id}/talk",
            "/services/s3/talk",
            "verb=reply&subject=<thread>&text=walked",
            Own(Comment),
            HEARD,
        ),
        post("POST /services/{id}/talk", "/services/s3/talk", "verb=resolve&subject=<thread>", Own(Comment), HEARD),
        post("POST /inbox", "/inbox", "verb=read&item=zaphiro", Session, &[303, 404]),
        post("POST /inbox", "/inbox", "verb=aside&item=conflict:zaphiro", Session, &[303, 404]),
        post("POST /account/mail", "/account/mail", "often=off&lang=ja", Session, HEARD),
    ]
}

/// A form that is heard, about something that is not there.
const ANSWERED: &[u16] = &[200, 303, 404, 409, 422];

/// The common text's review, versions, copying, sharing out.
fn review() -> Vec<Rule> {
    vec![
        get("GET /rounds", "/rounds", READ),
        get("GET /assignments", "/assignments", READ),
        get("GET /services/{id}/review", "/services/<service>/review", READ),
        get("GET /services/{id}/versions", "/services/<service>/versions", READ),
        get("GET /services/{id}/versions/{version}", "/services/<service>/versions/2026.11.1", READ),
        get("GET /services/{id}/copy", "/services/<service>/copy", Common(WriteCells)),
        get("GET /services/{id}/assignments", "/services/<service>/assignments", READ),
        post(
            "POST /services/{id}/review/open",
            "/services/<service>/review/open",
            "due=walked",
            Common(ManageRounds),
            HEARD,
        ),
        post(
            "POST /services/{id}/review/answer",
            "/services/<service>/review/answer",
            "scope=&verdict=approve&number=0&round=zaphiro",
            Common(Review),
            ANSWERED,
        ),
        post(
            "POST /services/{id}/review/publish",
            "/services/<service>/review/publish",
            "round=zaphiro",
            Common(Publish),
            ANSWERED,
        ),
        post(
            "POST /services/{id}/review/publish-anyway",
            "/services/<service>/review/publish-anyway",
            "note=walked",
            Common(PublishWithoutQuorum),
            HEARD,
        ),
        post(
            "POST /services/{id}/review/close",
            "/services/<service>/review/close",
            "round=zaphiro",
            Common(ManageRounds),
            ANSWERED,
        ),
        post("POST /services/{id}/copy", "/services/<service>/copy", "source=sqs", Common(WriteCells), HEARD),
        post("POST /services/{id}/confirm", "/services/<service>/confirm", "row=K01&base=0", Common(WriteCells), HEARD),
        post("POST /services/{id}/assignments", "/services/<service>/assignments", "verb=turns", Common(Assign), HEARD),
    ]
}

/// Lists that leave as workbooks.
fn lists() -> Vec<Rule> {
    vec![
        get("GET /matrix/export", "/matrix/export", Common(Export)),
        get("GET /categories/{id}/export", "/categories/K07/export", Common(Export)),
        get("GET /overdue/export", "/overdue/export", Common(Export)),
        get("GET /export/all", "/export/all", Common(Export)),
        get("GET /export/all", "/export/all?format=json", Common(Export)),
        get(
            "GET /services/{id}/versions/{version}/difference",
            "/services/<service>/versions/2026.11.1/difference",
            Common(Export),
        ),
    ]
}

/// An institution's own templates.
fn templates() -> Vec<Rule> {
    const UPLOAD: &str = "--walk\r\nContent-Disposition: form-data; name=\"institution\"\r\n\r\n<institution>\r\n--walk\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"x.xlsx\"\r\nContent-Type: application/octet-stream\r\n\r\n\
         no workbook\r\n--walk--\r\n";
    const RETIRE: &str = "institution=<institution>&verb=retire";
    vec![
        get("GET /templates", "/templates?institution=<institution>", Own(ReadSheet)),
        get("GET /templates/{id}", "/templates/<template>?institution=<institution>", Own(ReadSheet)),
        get("GET /templates/{id}/file", "/templates/<template>/file?institution=<institution>", Own(Export)),
        get(
            "GET /templates/{id}/fill",
            "/templates/<template>/fill?institution=<institution>&service=s3&approval=<approval>",
            Own(Export),
        ),
        get("GET /templates/{id}/fill", "/templates/<template>/fill?institution=<institution>&service=s3", Own(Export)),
        post("POST /templates", "/templates", UPLOAD, Own(ManageTemplates), &[422]),
        post("POST /templates/{id}", "/templates/<old-template>", RETIRE, Own(ManageTemplates), &[303, 404]),
    ]
}

/// The sign-in provider, which this stage has not, and the tokens of programs.
fn provider() -> Vec<Rule> {
    const OFF: &[u16] = &[303, 404, 409, 422];
    let off = |place, ask, needs| Rule { good: OFF, ..get(place, ask, needs) };
    vec![
        get("GET /api", "/api", Nothing),
        off("GET /sign-in/provider", "/sign-in/provider", Nothing),
        off("GET /sign-in/provider/back", "/sign-in/provider/back?state=zaphiro&code=x", Nothing),
        Rule { good: &[200, 303], ..get("GET /sign-out/done", "/sign-out/done", Nothing) },
        off("GET /account/provider/link", "/account/provider/link", Session),
        post("POST /account/provider", "/account/provider", "", Session, OFF),
        post("POST /account/tokens", "/account/tokens", "verb=revoke&token=zaphiro", Session, &[303, 404]),
    ]
}

/// The HTTP API, asked with a token of each person's that has every scope. The places are its OpenAPI document's.
pub fn programs() -> Vec<Rule> {
    const SHEET: &str = "/api/v1/sheets/<service>";
    const OWN: &str = "/api/v1/sheets/s3";
    const BAD: &[u16] = &[200, 400, 404, 409, 415, 422];
    let own = |place, more: &str, action| get(place, Box::leak(format!("{OWN}{more}").into_boxed_str()), Own(action));
    let common =
        |place, more: &str, action| get(place, Box::leak(format!("{SHEET}{more}").into_boxed_str()), Common(action));
    const CELLS: &str = "{\"cells\":[{\"address\":\"criteria/K07/limits/ja\",\"text\":\"walked\"}]}";
    vec![
        get("GET /api/v1/me", "/api/v1/me", Session),
        get("GET /api/v1/sheets", "/api/v1/sheets", READ),
        get("GET /api/v1/search", "/api/v1/search?q=zaphiroverdict", READ),
        common("GET /api/v1/sheets/{service}", "", ReadSheet),
        own("GET /api/v1/sheets/{service}", "?layer=i:<institution>", ReadSheet),
        common("GET /api/v1/sheets/{service}/cell", "/cell?address=criteria/K07/limits/ja", ReadSheet),
        own(
            "GET /api/v1/sheets/{service}/cell",
            "/cell?address=criteria/K07/limits/ja&layer=i:<institution>",
            ReadSheet,
        ),
        common("GET /api/v1/sheets/{service}/changes", "/changes", ReadSheet),
        common("GET /api/v1/sheets/{service}/versions", "/versions", ReadSheet),
        get("GET /api/v1/institutions/{institution}/audit", "/api/v1/institutions/<institution>/audit", Own(ReadAudit)),
        own("GET /api/v1/sheets/{service}/changes", "/changes?layer=i:<institution>", ReadSheet),
        common("GET /api/v1/sheets/{service}/export", "/export", Export),
        own("GET /api/v1/sheets/{service}/export", "/export?layer=i:<institution>", Export),
        post(
            "POST /api/v1/sheets",
            "/api/v1/sheets",
            "{\"service\":\"walked\",\"name\":{\"ja\":\"\",\"en\":\"Walked\"}}",
            Common(AddService),
            &[201, 409],
        ),
        post("PATCH /api/v1/sheets/{service}", SHEET, CELLS, Common(WriteCells), &[200, 400, 404, 409, 422, 428]),
        post(
            "PATCH /api/v1/sheets/{service}",
            "/api/v1/sheets/s3?layer=i:<institution>",
            CELLS,
            Own(WriteCells),
            &[200, 400, 409, 422, 428],
        ),
        post(
            "POST /api/v1/sheets/{service}/changes/{revision}/undo",
            "/api/v1/sheets/s3/changes/1/undo?layer=i:<institution>",
            "{}",
            Own(UndoOthers),
            BAD,
        ),
        post(
            "POST /api/v1/sheets/{service}/changes/{revision}/restore",
            "/api/v1/sheets/s3/changes/1/restore?layer=i:<institution>",
            "{}",
            Own(WriteCells),
            BAD,
        ),
        post("POST /api/v1/imports", "/api/v1/imports?file=x.xlsx", "no workbook", Common(PreviewImport), BAD),
        get("GET /api/v1/imports/{id}", "/api/v1/imports/<import>", Mine(PreviewImport)),
        post(
            "PUT /api/v1/imports/{id}/service",
            "/api/v1/imports/<import>/service",
            "{\"service\":\"s3\"}",
            Mine(PreviewImport),
            BAD,
        ),
        post("POST /api/v1/imports/{id}/apply", "/api/v1/imports/<import>/apply", "{}", Mine(ApplyImport), BAD),
    ]
}

/// Searches that are kept, baskets, synonyms.
fn find() -> Vec<Rule> {
    vec![
        get("GET /searches", "/searches", READ),
        get("GET /synonyms", "/synonyms", READ),
        get("GET /basket", "/basket", READ),
        get("GET /basket/add", "/basket/add?service=s3&cell=criteria/K07/summary/ja", READ),
        get("GET /basket/{id}", "/basket/<basket>", Mine(ReadSheet)),
        get("GET /basket/{id}/export", "/basket/<basket>/export", Mine(ReadSheet)),
        post("POST /basket", "/basket", "name=", READ, HEARD),
        post(
            "POST /basket/collect",
            "/basket/collect",
            "cell=s3+shared+criteria/K07/summary/ja&basket=<basket>&back=/",
            Mine(ReadSheet),
            HEARD,
        ),
        post("POST /basket/{id}", "/basket/<basket>", "verb=settings&name=walked", Mine(ReadSheet), HEARD),
        post("POST /searches", "/searches", "name=&query=q%3Dx", READ, HEARD),
        post("POST /searches/{id}", "/searches/<search>", "verb=open", Mine(ReadSheet), HEARD),
        post("POST /synonyms", "/synonyms", "verb=walked", Common(EditSynonyms), ANSWERED),
    ]
}
