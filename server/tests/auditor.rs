//! The command line as an auditor and an administrator use it: the program itself, on a folder of its own.

#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn run(data: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kyohyo"));
    command.arg("--data").arg(data).args(args).env("KYOHYO_LOG", "off");
    command.output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn good(data: &Path, args: &[&str]) -> String {
    let output = run(data, args);
    assert!(output.status.success(), "{args:?}: {} {}", told(&output), String::from_utf8_lossy(&output.stderr));
    told(&output)
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn an_auditors_file_verifies_without_a_database_and_names_what_was_done_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let (data, nowhere) = (folder.path().join("data"), folder.path().join("nowhere"));
    let file = folder.path().join("audit.jsonl");
    let path = file.to_str().unwrap();
    good(&data, &["institution", "add", "a-bank", "--name", "A銀行"]);
    good(&data, &["person", "add", "--email", "m@a-bank.example", "--name", "管理 花子", "--role", "a-bank:manager"]);
    good(&data, &["anchors", "write"]);
    good(&data, &["audit", "export", "-o", path]);
    assert_eq!(run(&data, &["audit", "export", "-o", path]).status.code(), Some(1), "never over a file that is there");

    let whole = run(&nowhere, &["check", "--audit", path, "--json"]);
    assert_eq!(whole.status.code(), Some(0), "{}", told(&whole));
    let report = json(&whole);
    assert_eq!(report["ok"], true);
    assert!(report["entries"].as_u64().unwrap() > 300, "the library's change sets as well: {}", report["entries"]);
    assert!(report["anchors"].as_u64().unwrap() >= 1);
    assert!(!nowhere.exists(), "no database is made for it");

    let text = std::fs::read_to_string(&file).unwrap();
    let bad = folder.path().join("bad.jsonl");
    let lines: Vec<&str> = text.lines().collect();
    let without =
        |n: usize| lines.iter().enumerate().filter(|(i, _)| *i != n).map(|(_, l)| format!("{l}\n")).collect::<String>();
    let mut swapped = lines.clone();
    swapped.swap(5, 6);
    for (name, changed) in [
        ("changed", text.replacen("\"action\":\"add_institution\"", "\"action\":\"add_person\"", 1)),
        ("missing", without(5)),
        ("reordered", swapped.join("\n") + "\n"),
        ("truncated", lines[..20].join("\n") + "\n"),
    ] {
        std::fs::write(&bad, changed).unwrap();
        let found = run(&nowhere, &["check", "--audit", bad.to_str().unwrap(), "--json"]);
        assert_eq!(found.status.code(), Some(1), "{name}");
        assert_eq!(json(&found)["faults"][0]["kind"], name);
    }
    assert_eq!(run(&nowhere, &["check", "--audit", "/no/such/file"]).status.code(), Some(1));

    // An institution's own part, by its manager, and by nobody else.
    let own = folder.path().join("own.jsonl");
    let own = own.to_str().unwrap();
    assert_eq!(run(&data, &["audit", "export", "--institution", "a-bank", "-o", own]).status.code(), Some(1));
    good(&data, &["--as", "m@a-bank.example", "audit", "export", "--institution", "a-bank", "-o", own]);
    assert_eq!(json(&run(&nowhere, &["check", "--audit", own, "--json"]))["header"]["layer"], "i:a-bank");
}

#[test]
fn an_older_backup_is_reported_and_there_is_a_way_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let backup = folder.path().join("backup.sqlite");
    good(&data, &["institution", "add", "a-bank", "--name", "A銀行"]);
    good(&data, &["anchors", "write"]);
    good(&data, &["backup", backup.to_str().unwrap()]);
    good(&data, &["institution", "add", "b-bank", "--name", "B銀行"]);
    good(&data, &["anchors", "write"]);
    assert!(good(&data, &["check"]).contains(" 0 faults"));

    let restored = run(&data, &["restore", backup.to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&restored.stderr).contains("anchors restart --reason"));
    let found = run(&data, &["check"]);
    assert_eq!(found.status.code(), Some(1));
    assert!(
        told(&found).contains("older backup was restored") && told(&found).contains("anchors restart"),
        "{}",
        told(&found)
    );
    good(&data, &["anchors", "restart", "--reason", "夜間バックアップから戻した"]);
    let after = run(&data, &["check", "--json"]);
    assert_eq!(after.status.code(), Some(0), "{}", told(&after));
    assert!(json(&after)["notes"][0].as_str().unwrap().contains("夜間バックアップから戻した"));
}

#[test]
fn requests_are_listed_and_reviewed_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    assert_eq!(good(&data, &["elevation", "list", "--json"]).trim(), "[]");
    good(&data, &["elevation", "limit", "8"]);
    assert_eq!(run(&data, &["elevation", "limit", "25"]).status.code(), Some(1));
    assert_eq!(run(&data, &["elevation", "decide", "nosuch", "approve"]).status.code(), Some(1));
    assert_eq!(run(&data, &["elevation", "decide", "nosuch", "begin"]).status.code(), Some(1));
}

#[test]
fn a_round_goes_from_the_request_to_the_version_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    for (bank, role) in [("a-bank", "editor"), ("b-bank", "reviewer"), ("c-bank", "reviewer")] {
        good(&data, &["institution", "add", bank, "--name", bank]);
        let (email, role) = (format!("p@{bank}.example"), format!("{bank}:{role}"));
        good(&data, &["person", "add", "--email", &email, "--name", bank, "--role", &role]);
    }
    good(&data, &["service", "add", "vault", "--name", "鍵の保管庫"]);
    assert_eq!(run(&data, &["review", "show", "vault"]).status.code(), Some(1), "no round yet");
    assert_eq!(run(&data, &["--as", "p@a-bank.example", "review", "open", "vault"]).status.code(), Some(1));
    let round = good(&data, &["review", "open", "vault", "--note", "初版", "--due", "2026-12-24"]).trim().to_owned();
    assert_eq!(run(&data, &["review", "open", "vault"]).status.code(), Some(1), "one at a time");

    let show = || json(&run(&data, &["review", "show", "vault", "--json"]));
    let open = show();
    assert_eq!((open["round"].as_str(), open["state"].as_str()), (Some(round.as_str()), Some("open")));
    assert_eq!((open["due"].as_str(), open["note"].as_str()), (Some("2026-12-24"), Some("初版")));
    let cells = open["cells"].as_array().unwrap().len();
    assert!(cells > 0 && open["missing"] == cells);
    assert!(good(&data, &["review", "show", "vault"]).contains(&format!("{cells} of {cells} cells wait")));

    let answer = |who: &str, more: &[&str]| {
        let whose = format!("p@{who}.example");
        run(&data, &[&["--as", &whose, "review", "answer", "vault"], more].concat())
    };
    let revision = open["revision"].to_string();
    let approve = ["approve", "--revision", &revision];
    assert_eq!(answer("b-bank", &["approve"]).status.code(), Some(1), "what was looked at is said");
    assert_eq!(answer("a-bank", &approve).status.code(), Some(1), "an editor reviews nothing");
    assert_eq!(
        run(&data, &["review", "answer", "vault", "approve", "--revision", &revision]).status.code(),
        Some(1),
        "nobody in particular"
    );
    assert_eq!(answer("b-bank", &["nonsense"]).status.code(), Some(1));
    assert_eq!(answer("b-bank", &["object"]).status.code(), Some(1), "an objection says why");
    assert!(answer("b-bank", &["object", "--comment", "根拠がない"]).status.success());
    assert_eq!(show()["objections"], 1);
    assert_eq!(run(&data, &["publish", "vault"]).status.code(), Some(1));
    assert_eq!(told(&answer("b-bank", &approve)).trim(), "approve open");
    assert_eq!(told(&answer("c-bank", &approve)).trim(), "approve approved");
    assert_eq!(show()["answers"].as_array().unwrap().len(), 3, "what was objected stays on record");

    assert_eq!(run(&data, &["--as", "p@b-bank.example", "publish", "vault"]).status.code(), Some(1));
    let version = json(&run(&data, &["publish", "vault", "--note", "初版", "--json"]));
    assert!(version["version"].as_str().unwrap().ends_with(".1"), "{version}");
    assert_eq!(version["hash"].as_str().map(str::len), Some(64));
    assert_eq!(run(&data, &["publish", "vault"]).status.code(), Some(1), "nothing changed since");
    assert_eq!(run(&data, &["publish", "vault", "--without-quorum"]).status.code(), Some(1), "nobody has that right");
    let published = json(&run(&data, &["review", "show", "vault", "--round", &round, "--json"]));
    assert_eq!(published["state"], "published");
    assert!(good(&data, &["check"]).contains(" 0 faults"));
}

#[test]
fn a_round_is_closed_and_overdue_answers_are_confirmed_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    for bank in ["b-bank", "c-bank"] {
        good(&data, &["institution", "add", bank, "--name", bank]);
        let (email, role) = (format!("p@{bank}.example"), format!("{bank}:reviewer"));
        good(&data, &["person", "add", "--email", &email, "--name", bank, "--role", &role]);
    }
    good(&data, &["service", "add", "vault", "--name", "鍵の保管庫"]);
    // A sheet's JSON with a day that has passed, as somebody brings it.
    let file = folder.path().join("vault.json");
    good(&data, &["export", "--service", "vault", "--format", "json", "-o", file.to_str().unwrap()]);
    let mut sheet: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    sheet["cells"]["criteria/K07/review_by"] = "2024-01-31".into();
    std::fs::write(&file, sheet.to_string()).unwrap();
    good(&data, &["import", file.to_str().unwrap(), "--service", "vault"]);

    good(&data, &["review", "open", "vault"]);
    assert!(good(&data, &["review", "close", "vault"]).contains("closed"));
    assert_eq!(run(&data, &["review", "close", "vault"]).status.code(), Some(1));
    good(&data, &["review", "open", "vault"]);
    let revision = json(&run(&data, &["review", "show", "vault", "--json"]))["revision"].to_string();
    for bank in ["b-bank", "c-bank"] {
        let who = format!("p@{bank}.example");
        good(&data, &["--as", &who, "review", "answer", "vault", "approve", "--revision", &revision]);
    }
    assert!(good(&data, &["review", "show", "vault"]).contains("overdue: K07"));
    let refused = run(&data, &["publish", "vault"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("1 overdue"));
    assert!(good(&data, &["publish", "vault", "--seen"]).trim().ends_with(".1"));
}
