#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;
use rstest::rstest;

const T0: i64 = 1_795_000_000;

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(T0 + minutes * 60, 0).unwrap()
}

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

fn act(by: &str, minutes: i64) -> Act {
    Act { by: Some(person(by)), name: by.into(), at: at(minutes), comment: "なぜなら".into() }
}

fn wish(start: Option<i64>, minutes: i64) -> Wish {
    Wish {
        scope: Scope::ReadAudit,
        layer: Layer::Shared,
        reason: "定期監査".into(),
        ticket: "CHG-1".into(),
        start: start.map(at),
        minutes,
    }
}

fn asked(start: Option<i64>, minutes: i64) -> Elevation {
    Elevation::ask(GrantId::parse("g1").unwrap(), person("hanako"), "花子", wish(start, minutes), at(0))
}

/// A request that has come to a state, and the minute at which it stands there.
fn in_state(state: State) -> (Elevation, i64) {
    let free = asked(None, 60);
    let fixed = asked(Some(120), 60);
    let granted = free.act(Verb::Approve, act("jiro", 1)).unwrap();
    let begun = granted.act(Verb::Begin, act("hanako", 2)).unwrap();
    match state {
        State::Pending => (free, 1),
        State::Approved => (granted, 2),
        State::Scheduled => (fixed.act(Verb::Approve, act("jiro", 1)).unwrap(), 5),
        State::Active => (begun, 5),
        State::Ended => (begun, 62),
        State::Rejected => (free.act(Verb::Reject, act("jiro", 1)).unwrap(), 2),
        State::Cancelled => (free.act(Verb::Cancel, act("hanako", 1)).unwrap(), 2),
        State::Expired => (free, WAIT_HOURS * 60),
        State::Revoked => (begun.act(Verb::Revoke, act("jiro", 3)).unwrap(), 4),
    }
}

#[rstest]
#[case(State::Pending, &[Verb::Approve, Verb::Reject], &[Verb::Emergency, Verb::Cancel])]
#[case(State::Approved, &[Verb::Revoke], &[Verb::Begin, Verb::Cancel])]
#[case(State::Scheduled, &[Verb::Revoke], &[Verb::Cancel])]
#[case(State::Active, &[Verb::Revoke], &[Verb::End])]
#[case(State::Ended, &[Verb::Review], &[])]
#[case(State::Rejected, &[], &[])]
#[case(State::Cancelled, &[], &[])]
#[case(State::Expired, &[], &[])]
#[case(State::Revoked, &[Verb::Review], &[])]
fn each_state_allows_just_these(#[case] state: State, #[case] others: &[Verb], #[case] own: &[Verb]) {
    let (request, minute) = in_state(state);
    assert_eq!(request.state(at(minute)), state);
    for verb in Verb::ALL {
        for (who, allowed) in [("jiro", others), ("hanako", own)] {
            let fits = allowed.contains(&verb);
            assert_eq!(request.allows(verb, Some(&person(who)), at(minute)), fits, "{state:?} {verb:?} {who}");
            let done = request.act(verb, act(who, minute));
            assert_eq!(done.is_ok(), fits, "{state:?} {verb:?} {who} {done:?}");
        }
    }
}

#[rstest]
#[case(Verb::Approve, State::Approved)]
#[case(Verb::Reject, State::Rejected)]
#[case(Verb::Emergency, State::Active)]
#[case(Verb::Cancel, State::Cancelled)]
fn from_pending(#[case] verb: Verb, #[case] to: State) {
    let who = if verb.is_own() { "hanako" } else { "jiro" };
    assert_eq!(asked(None, 60).act(verb, act(who, 1)).unwrap().state(at(1)), to);
}

#[rstest]
// Approved before the start: it waits, holds from its start to its end, and not a minute longer.
#[case(Some(120), 60, 10, &[(10, State::Scheduled), (119, State::Scheduled), (120, State::Active), (179, State::Active), (180, State::Ended)])]
// Approved late: what is left of the time that was asked for.
#[case(Some(10), 60, 30, &[(30, State::Active), (69, State::Active), (70, State::Ended)])]
// Without a fixed start it waits for its person, a day.
#[case(None, 60, 10, &[(10, State::Approved), (10 + WAIT_HOURS * 60, State::Expired)])]
fn time_goes_by(
    #[case] start: Option<i64>,
    #[case] minutes: i64,
    #[case] approved: i64,
    #[case] states: &[(i64, State)],
) {
    let granted = asked(start, minutes).act(Verb::Approve, act("jiro", approved)).unwrap();
    for (minute, state) in states {
        assert_eq!(granted.state(at(*minute)), *state, "minute {minute}");
        assert_eq!(!granted.grants(at(*minute)).is_empty(), *state == State::Active, "minute {minute}");
    }
}

#[test]
fn nobody_decides_on_their_own_request_and_the_command_line_is_somebody_else() {
    let own = asked(None, 60).act(Verb::Approve, act("hanako", 1));
    assert_eq!(own, Err(Failure::elevation("own")));
    let machine = Act { by: None, ..act("x", 1) };
    assert!(asked(None, 60).act(Verb::Approve, machine).is_ok());
    let reviewed = in_state(State::Ended).0.act(Verb::Review, act("hanako", 62));
    assert_eq!(reviewed, Err(Failure::elevation("own")));
}

#[test]
fn what_held_is_reviewed_once_by_somebody_else_with_a_comment() {
    let (ended, minute) = in_state(State::Ended);
    assert!(ended.to_review(at(minute)) && !ended.to_review(at(30)));
    let silent = Act { comment: " ".into(), ..act("jiro", minute) };
    assert!(matches!(ended.act(Verb::Review, silent), Err(Failure::Invalid { .. })));
    let closed = ended.act(Verb::Review, act("jiro", minute)).unwrap();
    assert!(!closed.to_review(at(minute)));
    assert_eq!(closed.act(Verb::Review, act("saburo", minute + 1)), Err(Failure::elevation("state")));
    // What never held needs none.
    let revoked = in_state(State::Approved).0.act(Verb::Revoke, act("jiro", 3)).unwrap();
    assert!(!revoked.to_review(at(4)));
}

#[test]
fn a_wish_says_where_why_and_how_long() {
    let good = wish(None, 60);
    assert!(good.check(at(0), 24).is_ok());
    let own = Layer::parse("i:a-bank").unwrap();
    for (bad, place) in [
        (Wish { layer: own.clone(), ..good.clone() }, "scope"),
        (Wish { scope: Scope::ReadLayer, ..good.clone() }, "scope"),
        (Wish { reason: " ".into(), ..good.clone() }, "reason"),
        (Wish { minutes: 0, ..good.clone() }, "minutes"),
        (Wish { minutes: 24 * 60 + 1, ..good.clone() }, "minutes"),
        (Wish { start: Some(at(-60)), ..good.clone() }, "start"),
        (Wish { start: Some(at(60 * 24 * 40)), ..good.clone() }, "start"),
    ] {
        let refused = bad.check(at(0), 24);
        assert!(matches!(&refused, Err(Failure::Invalid { place: at, .. }) if at == place), "{refused:?} {place}");
    }
    assert!(Wish { minutes: 121, ..good.clone() }.check(at(0), 2).is_err(), "the installation's limit");
    assert!(Wish { scope: Scope::WorkInLayer, layer: own, ..good }.check(at(0), 24).is_ok());
}

#[test]
fn keys_read_back() {
    assert!(Scope::ALL.iter().all(|s| Scope::parse(s.key()) == Some(*s)));
    assert!(State::ALL.iter().all(|s| State::parse(s.key()) == Some(*s)));
    assert!(Verb::ALL.iter().all(|v| Verb::parse(v.key()) == Some(*v)));
}

/// Something that is tried upon one of several requests of one person, after some minutes.
fn attempts() -> impl Strategy<Value = Vec<(usize, usize, bool, i64)>> {
    prop::collection::vec((0..3_usize, 0..Verb::ALL.len(), any::<bool>(), 0..300_i64), 1..40)
}

proptest! {
    #[test]
    fn no_state_is_left_backwards_nothing_holds_outside_its_time_and_none_ends_another(
        starts in prop::collection::vec((prop::option::of(0..600_i64), 1..1_440_i64), 3..=3),
        tried in attempts(),
    ) {
        let mut all: Vec<Elevation> = starts.iter().enumerate().map(|(n, (start, minutes))| {
            let id = GrantId::parse(&format!("g{n}")).unwrap();
            Elevation::ask(id, person("hanako"), "花子", wish(*start, *minutes), at(0))
        }).collect();
        let mut minute = 0;
        for (which, verb, own, later) in tried {
            let before: Vec<State> = all.iter().map(|e| e.state(at(minute))).collect();
            minute += later;
            let passed: Vec<State> = all.iter().map(|e| e.state(at(minute))).collect();
            let done = all[which].act(Verb::ALL[verb], act(if own { "hanako" } else { "jiro" }, minute));
            if let Ok(next) = done { all[which] = next; }
            for (n, request) in all.iter().enumerate() {
                let now = request.state(at(minute));
                prop_assert!(passed[n] == before[n] || passed[n].rank() > before[n].rank(), "time {:?} {:?}", before[n], passed[n]);
                prop_assert!(now == passed[n] || now.rank() > passed[n].rank(), "act {:?} {:?}", passed[n], now);
                // Acts upon one request change no other, whatever overlaps.
                prop_assert!(n == which || now == passed[n]);
                let holds = !request.grants(at(minute)).is_empty();
                prop_assert_eq!(holds, now == State::Active);
                if let (true, Some(window)) = (holds, request.window) {
                    prop_assert!(window.from <= at(minute) && at(minute) < window.until);
                    let start = request.wish.start.unwrap_or(window.from);
                    prop_assert!(window.from >= start || request.emergency);
                    prop_assert!(window.until <= start.max(window.from) + Duration::minutes(request.wish.minutes));
                    prop_assert!(request.decision.as_ref().is_some_and(|(yes, by)| *yes
                        && (request.emergency || by.by != Some(request.person.clone()))));
                }
            }
        }
    }
}
