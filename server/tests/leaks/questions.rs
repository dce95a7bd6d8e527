//! What everybody asks.

/// Every address a reader can open, and what they may type into one.
pub fn questions() -> Vec<(&'static str, String, String)> {
    let get = |path: &str| ("GET", path.to_owned(), String::new());
    let mut all: Vec<_> = [
        "/",
        "/services",
        "/services?text=zaphiro",
        "/matrix",
        "/categories/K07",
        "/guardrails?text=zaphiro",
        "/overdue",
        "/elevation",
        "/elevation?text=zaphiro&state=pending",
        "/elevation/history.csv",
        "/audit",
        "/audit?institution=b-bank",
        "/audit?institution=b-bank&action=change&service=s3",
        "/audit?of=b-bank&service=s3",
        "/audit/export",
        "/audit/export?institution=b-bank",
        "/rounds",
        "/assignments",
        "/services/s3/review",
        "/services/s3/versions",
        "/services/s3/versions/2026.11.1?from=0",
        "/services/s3/assignments",
        "/services/s3/copy",
        "/guardrail?id=config:zaphiro-reason",
        "/import",
        "/members",
        "/members?institution=b-bank",
        "/institutions",
        "/policy",
        "/account",
        "/services/new",
        "/services/s3",
        "/services/s3/scenarios",
        "/services/s3/criteria",
        "/services/s3/notes",
        "/services/s3/guardrails",
        "/services/s3/history",
        "/services/s3/history?layer=i:b-bank",
        "/services/s3/talk",
        "/services/s3/talk?show=all",
        "/services/s3/talk?cell=criteria/K07/limits",
        "/services/s3/talk?show=resolved&layer=i:b-bank",
        "/inbox",
        "/inbox?kind=mention",
        "/services/s3/history?cell=criteria/K07/limits/ja",
        "/services/s3/edit?cell=criteria/K07/limits/ja",
        "/services/s3/edit?cell=criteria/K07/limits/ja&layer=i:b-bank",
        "/services/s3/export",
        "/services/s3/export?layer=i:b-bank",
        "/services/s3/export?format=json",
        "/services/s3/export?format=json&layer=i:b-bank",
        "/services/s3/export?format=md&layer=i:b-bank",
        "/search?q=zaphiroverdict",
        "/search?q=%E3%82%B6%E3%83%95%E3%82%A3%E3%83%BC%E3%83%AD",
        "/search?q=%E6%A9%9F%E5%AF%86%E5%88%A4%E6%96%AD&layer=i:b-bank",
        "/search?q=zaphiroverdict&view=flat&institution=b-bank",
        "/search?q=&institution=b-bank",
        "/searches",
        "/synonyms?text=zaphiro&try=zaphiro",
        "/basket",
        "/basket/add?service=s3&cell=criteria/K07/limits/ja",
        "/categories/K07?text=zaphiro",
        "/categories/K07?compare=1&with=s3&with=rds&against=s3",
        "/live?service=b-bank&after=0",
        "/adoption/list.csv?institution=b-bank",
    ]
    .map(get)
    .into();
    for text in ["zaphiro", "ザフィーロ", "機密判断"] {
        all.push(("POST", "/api/suggest".into(), format!("text={text}&here=/services/s3&lang=ja")));
    }
    let cell = "address=criteria/K07/limits/ja&lang=ja&service=s3&layer=";
    all.push(("POST", "/api/cell".into(), cell.into()));
    all.push(("POST", "/api/guardrails".into(), "text=zaphiro&lang=ja".into()));
    for (path, form) in [
        ("/elevation", "right=read_layer+i:b-bank&reason=x&minutes=60"),
        ("/elevation/zaphiro-request", "verb=approve&comment=x"),
        ("/elevation/zaphiro-request/seen", "back=/"),
        ("/services/s3/talk", "verb=open&on=criteria/K07/limits&cell=criteria/K07/limits&layer=i:b-bank&text=x"),
        ("/services/s3/talk", "verb=open&layer=shared&text=x&to=@editor:b-bank"),
        ("/inbox", "verb=all"),
        ("/account/mail", "often=off&lang=ja"),
        ("/services/s3/undo", "number=1&layer=i:b-bank"),
        ("/services/s3/restore", "number=1&layer=i:b-bank"),
        ("/services/s3/undo", "number=1&institution=b-bank"),
        ("/services/s3/undo-last", "seen=0&institution=b-bank"),
        ("/services/s3/restore", "number=1&institution=b-bank"),
        ("/basket/collect", "cell=s3+i:b-bank+criteria/K07/limits/ja&back=/basket"),
        ("/searches", "verb=save&name=x&query=q%3Dzaphiroverdict&share=b-bank"),
        ("/services/s3/edit", "cell=criteria/K07/limits/ja&base=0&text=x&reason=&layer=i:b-bank"),
    ] {
        all.push(("POST", path.into(), form.into()));
    }
    all
}

/// What somebody may ask who has got hold of the ids of a private thread.
pub fn about_thread((thread, comment): &(String, String)) -> Vec<(&'static str, String, String)> {
    let mut all = vec![("GET", format!("/services/s3/talk?thread={thread}"), String::new())];
    for (verb, subject) in
        [("reply", thread), ("resolve", thread), ("reopen", thread), ("edit", comment), ("delete", comment)]
    {
        all.push(("POST", "/services/s3/talk".into(), format!("verb={verb}&subject={subject}&thread={thread}&text=x")));
    }
    all
}

/// What can be asked about B's own pages.
pub fn private_questions(approval: &str) -> Vec<(&'static str, String, String)> {
    let mut all = Vec::new();
    for institution in ["", "?institution=a-bank", "?institution=b-bank"] {
        let by = if institution.is_empty() { '?' } else { '&' };
        for path in [
            "/services/s3/adoption".to_owned(),
            "/services/s3/adoption/edit".into(),
            "/services/s3/adoption/prepare".into(),
            "/adoption".into(),
            "/verify".into(),
            format!("/approvals/{approval}"),
            format!("/approvals/{approval}/file"),
        ] {
            all.push(("GET", format!("{path}{institution}"), String::new()));
        }
        all.push(("GET", format!("/adoption{institution}{by}text=zaphiro"), String::new()));
        all.push(("GET", format!("/services/s3/adoption/edit{institution}{by}row=K07"), String::new()));
        all.push(("GET", format!("/services/s3/adoption/prepare{institution}{by}renews={approval}"), String::new()));
        all.push((
            "GET",
            format!("/services/s3/adoption/propose{institution}{by}cell=criteria/K07/limits/ja"),
            String::new(),
        ));
    }
    for institution in ["a-bank", "b-bank"] {
        let whose = format!("institution={institution}");
        for verb in ["forward", "withdraw", "approve", "reject", "accepted", "noted"] {
            let form = format!("{whose}&verb={verb}&cell=criteria/K07/limits/ja&comment=x");
            all.push(("POST", format!("/approvals/{approval}"), form));
        }
        let prepare = format!("{whose}&verb=forward&valid_until=2026-12-01&renews={approval}");
        all.push(("POST", "/services/s3/adoption/prepare".into(), prepare));
        let edit = format!("{whose}&row=&base=0&adoption/service/conditions=x");
        all.push(("POST", "/services/s3/adoption/edit".into(), edit));
        let propose = format!("{whose}&verb=preview&cell=criteria/K07/limits/ja&to=same&text=x&reason=x&base=0");
        all.push(("POST", "/services/s3/adoption/propose".into(), propose));
        all.push(("POST", "/adoption/systems".into(), format!("{whose}&verb=put&name=x&services=")));
    }
    all
}
