//! Rules about a request as a whole.

use super::super::found::{Found, Verdict, cannot_tell};
use super::super::look;
use super::super::probing::Probing;
use super::super::question::{By, Request};
use crate::contract::AUDIT_LOGS;

/// Why nothing can be told without the second key.
pub const NO_SECOND_KEY: &str = "it takes a second key, without the permission (--no-permission-token-env)";

pub fn operation(p: &mut Probing<'_>) -> Found {
    // Parameters that are published as required may be so: that is for PAGE-BOUNDS to tell.
    if p.ask(&look::newest())?.status() != 200 {
        p.status(&look::widest(), 200)?;
    }
    for by in [By::Nobody, By::Unknown, By::Malformed] {
        let request = p.short().by(by);
        let answer = p.ask(&request)?;
        if answer.status() == 200 {
            return p.differs(&request, "no success: it takes the token of a key", &answer);
        }
    }
    Ok("it is answered with the token, and not without".to_owned())
}

pub fn permission(p: &mut Probing<'_>) -> Found {
    let request = second_key(p)?;
    let answer = p.ask(&request)?;
    if answer.status() == 200 {
        return p.differs(&request, "403, if the second key does lack the permission", &answer);
    }
    Ok(format!("the key without the permission is answered {}", answer.status()))
}

/// The question of a second key that is valid.
pub fn second_key(p: &mut Probing<'_>) -> Result<Request, Verdict> {
    if !p.asker().has_second_key() {
        return cannot_tell(NO_SECOND_KEY);
    }
    let request = p.short().by(By::WithoutPermission);
    if p.ask(&request)?.status() == 401 {
        // A path that takes no permission tells a wrong key from one that may not.
        let catalog = super::unauthorized::short_catalog().by(By::WithoutPermission);
        if p.ask(&catalog)?.status() == 401 {
            return cannot_tell("the second key is not accepted (401)");
        }
    }
    Ok(request)
}

pub fn rate(p: &mut Probing<'_>) -> Found {
    let met = p.asker().limited.first().map(|limited| limited.requests);
    match met {
        Some(requests) => cannot_tell(format!(
            "a 429 came at request {requests}, but others may use the same key; the limit itself is not tried"
        )),
        None => cannot_tell("it would take more than 1000 requests in a minute, which this does not send"),
    }
}

pub fn body(_: &mut Probing<'_>) -> Found {
    cannot_tell("it would take a GET with a body of more than 2 MB, which this does not send")
}

pub fn lenient(p: &mut Probing<'_>) -> Found {
    const WITH_SLASH: &str = "/api/v1/audit-logs/";

    debug_assert_eq!(WITH_SLASH.trim_end_matches('/'), AUDIT_LOGS);
    p.page(&p.short().at(WITH_SLASH))?;
    p.page(&p.short().by(By::LowerCase))?;
    p.page(&Request { content_type: Some("application/yaml"), ..p.short() })?;
    Ok("a trailing slash, \"bearer\" and \"Content-Type: application/yaml\" are accepted".to_owned())
}

pub fn order(p: &mut Probing<'_>) -> Found {
    let wrong = Request::logs("page=abc&pageSize=1");
    if p.ask(&wrong)?.status() != 400 {
        return cannot_tell("a wrong parameter is not a 400, see PARAM-INVALID");
    }
    let token = p.ask(&p.short().by(By::Unknown))?.status();
    if token == 200 {
        return cannot_tell("it takes no token, see REQ-OPERATION");
    }
    p.status(&wrong.clone().by(By::Unknown), token)?;
    if !p.asker().has_second_key() {
        return cannot_tell(format!("the token is checked before the parameters; for the permission {NO_SECOND_KEY}"));
    }
    let request = second_key(p)?;
    let permission = p.ask(&request)?.status();
    if permission == 200 {
        return cannot_tell("the permission is not asked for, see REQ-PERMISSION");
    }
    p.status(&wrong.by(By::WithoutPermission), permission)?;
    Ok(format!("with a wrong parameter, an unknown token is a {token}, a lacking permission a {permission}"))
}
