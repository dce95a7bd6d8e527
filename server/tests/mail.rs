//! Mail through a real SMTP dialogue with a small server of the test's own.

#![allow(clippy::unwrap_used)]

use assessments::access::{Actor, Role};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::desk::{Desk, World};
use assessments::id::{InstitutionId, ServiceId};
use assessments::lang::{Label, Lang};
use assessments::search::{Search, Synonyms};
use assessments::store::{Db, MailSetting, Often};
use chrono::{DateTime, Duration, Utc};
use server::mail::Mailer;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A clock that the test moves.
struct Clock {
    now: Mutex<DateTime<Utc>>,
    count: AtomicU64,
}

impl World for Clock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }

    fn random(&self) -> [u8; 16] {
        let mut bytes = [3; 16];
        bytes[8..].copy_from_slice(&self.count.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        bytes
    }
}

impl Clock {
    fn pass(&self, by: Duration) {
        *self.now.lock().unwrap() += by;
    }
}

/// What a sink took: who, to whom, and the message.
#[derive(Clone, Debug)]
struct Taken {
    from: String,
    to: String,
    message: String,
}

/// A mail server that keeps what it takes, and says no while it is told to.
struct Sink {
    port: u16,
    taken: Arc<Mutex<Vec<Taken>>>,
    refuses: Arc<Mutex<bool>>,
}

impl Sink {
    async fn open() -> Sink {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (taken, refuses) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(false)));
        let (keep, says_no) = (taken.clone(), refuses.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, keep.clone(), says_no.clone()));
            }
        });
        Sink { port, taken, refuses }
    }

    fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }
}

/// One SMTP dialogue.
async fn talk(stream: TcpStream, keep: Arc<Mutex<Vec<Taken>>>, says_no: Arc<Mutex<bool>>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut now = Taken { from: String::new(), to: String::new(), message: String::new() };
    write.write_all(b"220 sink ESMTP\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let verb = line.split([' ', ':']).next().unwrap_or("").to_uppercase();
        let refused = *says_no.lock().unwrap();
        let answer = match verb.as_str() {
            "EHLO" | "HELO" => "250-sink\r\n250 8BITMIME",
            "RCPT" if refused => "451 4.3.0 not now",
            "MAIL" => {
                now.from = line;
                "250 ok"
            }
            "RCPT" => {
                now.to = line;
                "250 ok"
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.unwrap();
                now.message.clear();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    now.message.push_str(line.strip_prefix("..").map_or(line.as_str(), |_| &line[1..]));
                    now.message.push('\n');
                }
                keep.lock().unwrap().push(now.clone());
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() || verb == "QUIT" {
            return;
        }
    }
}

struct Stage {
    desk: Desk,
    clock: Arc<Clock>,
    anna: Actor,
    arno: Actor,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn open() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::sqlite(&folder.path().join("test.sqlite")).await.unwrap();
        let clock = Arc::new(Clock {
            now: Mutex::new(DateTime::from_timestamp(1_795_000_000, 0).unwrap()),
            count: AtomicU64::new(1),
        });
        let desk = Desk::open(db, Search::in_memory(Synonyms::builtin()).unwrap(), clock.clone()).await.unwrap();
        desk.seed(&|_, _| {}).await.unwrap();
        let chief = Actor::command_line();
        let bank = InstitutionId::parse("a-bank").unwrap();
        desk.add_institution(&chief, &bank, &Label { ja: "A銀行".into(), en: "A Bank".into() }).await.unwrap();
        for (email, name) in [("anna@a-bank.example", "安藤 杏奈"), ("arno@a-bank.example", "有野 太郎")] {
            desk.add_person(&chief, email, name, &[(Some(bank.clone()), Role::Editor)]).await.unwrap();
        }
        let (anna, arno) =
            (desk.person("anna@a-bank.example").await.unwrap(), desk.person("arno@a-bank.example").await.unwrap());
        Stage { desk, clock, anna, arno, _folder: folder }
    }

    /// Anna says something to Arno.
    async fn say(&self, layer: &str, text: &str) {
        let key = SheetKey { service: ServiceId::parse("s3").unwrap(), layer: Layer::parse(layer).unwrap() };
        let at = Address::parse("criteria/K07/summary/ja").unwrap();
        let text = format!("@arno:a-bank {text}");
        self.desk.open_thread(&self.anna, &key, Some(&at), &text).await.unwrap();
    }

    async fn wants(&self, often: Often, lang: Lang) {
        self.desk.set_mail(&self.arno, MailSetting { often, lang }).await.unwrap();
    }
}

/// The text of a message, whatever it was packed in for the way.
fn unpacked(message: &str) -> String {
    let (head, body) = message.split_once("\n\n").unwrap();
    let head = head.to_lowercase();
    if head.contains("base64") {
        let packed: String = body.split_whitespace().collect();
        return String::from_utf8(base64(&packed)).unwrap();
    }
    if !head.contains("quoted-printable") {
        return body.to_owned();
    }
    let mut bytes = Vec::new();
    let mut rest = body.replace("=\n", "").into_bytes().into_iter();
    while let Some(byte) = rest.next() {
        if byte != b'=' {
            bytes.push(byte);
            continue;
        }
        let hex: String = [rest.next(), rest.next()].into_iter().flatten().map(char::from).collect();
        bytes.push(u8::from_str_radix(&hex, 16).unwrap());
    }
    String::from_utf8(bytes).unwrap()
}

fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for letter in text.chars().filter_map(|c| LETTERS.find(c)) {
        bits = (bits << 6) | u32::try_from(letter).unwrap();
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from((bits >> held) & 0xff).unwrap());
        }
    }
    out
}

#[tokio::test]
async fn a_mention_reaches_its_reader_by_mail_in_their_language() {
    let (stage, sink) = (Stage::open().await, Sink::open().await);
    let url = format!("smtp://127.0.0.1:{}", sink.port);
    let mailer = Mailer::new(&url, "Kyohyo <kyohyo@a-bank.example>", "https://kyohyo.example/").unwrap();
    stage.wants(Often::AtOnce, Lang::Ja).await;
    stage.say("shared", "**鍵**の更新は年一回でよいですか。").await;
    stage.say("i:a-bank", "極秘の相談です。").await;
    assert_eq!(mailer.send_due(&stage.desk).await.unwrap(), 0, "a minute to gather");
    stage.clock.pass(Duration::minutes(2));
    assert_eq!(mailer.send_due(&stage.desk).await.unwrap(), 1);

    let taken = sink.taken();
    assert_eq!(taken.len(), 1, "one mail for both");
    assert!(taken[0].from.contains("<kyohyo@a-bank.example>") && taken[0].to.contains("<arno@a-bank.example>"));
    assert!(taken[0].message.contains("Auto-Submitted: auto-generated"));
    let text = unpacked(&taken[0].message);
    assert!(text.contains("有野 太郎 さん"), "{text}");
    assert!(text.contains("安藤 杏奈 さんが") && text.contains("K07 保管データの暗号化"), "{text}");
    assert!(text.contains("> @有野 太郎 鍵の更新は年一回でよいですか。"), "{text}");
    assert!(text.contains("https://kyohyo.example/services/s3/talk?thread="), "{text}");
    // A firm's mail is not the layer: that there is something, and where to read it.
    assert!(text.contains("非公開の層に、あなた宛てのお知らせがあります。"), "{text}");
    assert!(!text.contains("極秘") && !taken[0].message.contains("極秘"), "{text}");
    assert_eq!(text.matches("/services/").count(), 1, "no link that names the private thread's service: {text}");
    assert!(text.contains("https://kyohyo.example/account#mail"), "how to stop it");
    assert_eq!(mailer.send_due(&stage.desk).await.unwrap(), 0);

    stage.wants(Often::AtOnce, Lang::En).await;
    stage.say("shared", "Once more.").await;
    stage.clock.pass(Duration::minutes(2));
    mailer.send_due(&stage.desk).await.unwrap();
    let text = unpacked(&sink.taken()[1].message);
    assert!(text.contains("安藤 杏奈 mentioned you in a comment on “"), "{text}");
}

#[tokio::test]
async fn a_server_that_says_no_or_is_gone_gets_it_later() {
    let (stage, sink) = (Stage::open().await, Sink::open().await);
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let dead = Mailer::new(&format!("smtp://127.0.0.1:{nobody}"), "k@a.example", "http://k").unwrap();
    let alive = Mailer::new(&format!("smtp://127.0.0.1:{}", sink.port), "k@a.example", "http://k").unwrap();
    stage.wants(Often::AtOnce, Lang::Ja).await;
    stage.say("shared", "届きますか").await;
    stage.clock.pass(Duration::minutes(2));
    assert_eq!(dead.send_due(&stage.desk).await.unwrap(), 0);
    assert_eq!(alive.send_due(&stage.desk).await.unwrap(), 0, "not at once again");
    stage.clock.pass(Duration::minutes(1));
    *sink.refuses.lock().unwrap() = true;
    assert_eq!(alive.send_due(&stage.desk).await.unwrap(), 0);
    assert!(sink.taken().is_empty());
    *sink.refuses.lock().unwrap() = false;
    stage.clock.pass(Duration::minutes(2));
    assert_eq!(alive.send_due(&stage.desk).await.unwrap(), 1);
    assert_eq!(sink.taken().len(), 1);
    stage.clock.pass(Duration::days(1));
    assert_eq!(alive.send_due(&stage.desk).await.unwrap(), 0, "once");
}

#[test]
fn a_wrong_address_is_refused_at_the_start_and_no_password_is_repeated() {
    for (url, from) in [("http://user:hunter2@host", "k@a.example"), ("smtp://host", "nobody"), ("", "k@a.example")] {
        let refused = Mailer::new(url, from, "http://k").err().unwrap();
        assert_eq!(refused.code(), "invalid");
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }
}
