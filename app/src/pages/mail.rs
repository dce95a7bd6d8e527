//! The text of a mail about the inbox. What stands in it was chosen by the desk: nothing of a private layer.

use super::inbox::kind_word;
use super::shell::moment;
use crate::words::{common, elevation, fill, mail as words, talk};
use assessments::cell::Address;
use assessments::desk::{Desk, Mail, Told};
use assessments::lang::Lang;
use assessments::schema;
use assessments::store::NoticeKind;

/// Letters of a comment that a mail quotes.
const QUOTED: usize = 600;

/// The subject: says how much there is and nothing of it.
pub fn subject(mail: &Mail) -> String {
    let w = words(mail.lang);
    let alarm = mail.told.iter().any(|t| matches!(t, Told::Alarm { .. }));
    fill(if alarm { w.subject_alarm } else { w.subject }, &[&mail.told.len()])
}

/// The text, with addresses below `base` (`https://kyohyo.example`).
pub fn body(desk: &Desk, mail: &Mail, base: &str) -> String {
    let w = words(mail.lang);
    let mut out = fill(w.greeting, &[&mail.name]);
    out.push_str("\n\n");
    for told in &mail.told {
        out.push_str(&paragraph(desk, mail.lang, told, base));
        out.push_str("\n\n");
    }
    out.push_str(&format!("{}: {base}/inbox\n{}: {base}/account#mail\n", w.inbox, w.setting));
    out.push_str(&format!("-- \n{}\n", common(mail.lang).brand));
    out
}

fn paragraph(desk: &Desk, lang: Lang, told: &Told, base: &str) -> String {
    let w = words(lang);
    let (kind, service, id, address, criteria, thread, author, text) = match told {
        Told::Private => return format!("* {}\n  {base}/inbox", w.private),
        Told::Alarm { what, at } => {
            let said = match what {
                Some((name, scope)) => {
                    fill(elevation(lang).alarm, &[name, &super::elevation::scope_word(lang, *scope)])
                }
                None => w.private_alarm.to_owned(),
            };
            return format!("* {said} ({})\n  {base}/elevation", moment(*at));
        }
        Told::Task { kind, title, place, due, url } => {
            let place = place.as_ref().map(|(set, address)| format!(" · {}", standing(desk, lang, set, address)));
            let due = due.as_ref().map(|day| format!(" ({})", fill(talk(lang).due, &[day])));
            let (place, due) = (place.unwrap_or_default(), due.unwrap_or_default());
            return format!("* {}: {}{place}{due}\n  {base}{url}", kind_word(lang, *kind), title.get(lang));
        }
        Told::Comment { kind, service, id, address, criteria, thread, author, text } => {
            (kind, service, id, address, criteria, thread, author, text)
        }
    };
    let place = match address {
        Some(address) => standing(desk, lang, criteria, address),
        None => talk(lang).whole.to_owned(),
    };
    let about = format!("{} · {place}", service.get(lang));
    let sentence = match kind {
        NoticeKind::Mention => fill(w.mention, &[author, &about]),
        NoticeKind::Reply => fill(w.reply, &[author, &about]),
    };
    let mut quoted: String = text.chars().take(QUOTED).collect();
    if text.chars().count() > QUOTED {
        quoted.push('…');
    }
    let quoted: Vec<String> = quoted.lines().map(|line| format!("  > {line}")).collect();
    format!("* {sentence}\n{}\n  {base}/services/{id}/talk?thread={thread}", quoted.join("\n"))
}

/// A cell's place in words.
fn standing(desk: &Desk, lang: Lang, set: &str, address: &Address) -> String {
    let field = address.declared().map_or("", |f| f.label(lang));
    let section = schema::section(&address.section).map_or("", |s| s.label(lang));
    match desk.criteria(set).category(address.row.as_str()).filter(|_| address.section == "criteria") {
        Some(category) => format!("{} {} › {field}", category.id, category.name(lang)),
        None => format!("{section} {} › {field}", address.row),
    }
}
