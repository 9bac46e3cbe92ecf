//! From exec to the first 200, beside the bare server.

use crate::common::Result;
use crate::common::contender::Contender;
use crate::common::quantile::quantile;
use crate::lab::Lab;
use crate::table::{Outcome, short};

/// The stand-in may take so many times as long as the bare server …
const TIMES: f64 = 1.5;
/// … and so many milliseconds more, for reading the story and the keys.
const MORE: f64 = 3.0;
const MARGIN: f64 = 1.2;

pub fn measure(lab: &Lab) -> Result<Vec<Outcome>> {
    let stand_in = Contender::stand_in(&[]);
    let bare = Contender::bare(stand_in.start()?.body)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..lab.scale.starts {
        ours.push(milliseconds(&stand_in)?);
        theirs.push(milliseconds(&bare)?);
    }
    let (our, their) = (quantile(&ours, 0.5), quantile(&theirs, 0.5));
    let outcome = Outcome {
        beside: format!("{}: {} ms; {TIMES} × that and {MORE} ms", bare.name, short(their)),
        ..Outcome::absolute("exec to the first 200, the built-in story", our, "ms", TIMES * their + MORE)
    };
    Ok(vec![outcome.with_margin(MARGIN)])
}

fn milliseconds(contender: &Contender) -> Result<f64> {
    Ok(contender.start()?.time.as_secs_f64() * 1000.0)
}
