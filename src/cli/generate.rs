//! `generate`: writes entries of a fictional company.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::Args as ClapArgs;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::diagnostics;
use super::format::Format;
use super::output::{self, Output};
use super::progress::Progress;
use super::value;
use crate::contract::Timestamp;
use crate::fixture::Moment;
use crate::generate::{Generator, Recipe, RecipeError, Stories, Story};
use crate::text::{UnknownWord, counted};

/// The entries to generate, and where to write them.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Generate N entries, such as 5000 or 1_000_000
    #[arg(value_name = "N", value_parser = value::count, allow_negative_numbers = true)]
    count: u64,
    /// Set the random seed: the same arguments give the same bytes
    #[arg(long, value_name = "S", default_value_t = 42, value_parser = value::seed, allow_hyphen_values = true)]
    seed: u64,
    /// Set the earliest timestamp, such as now-30d [default: 30 days before --to]
    #[arg(long, value_name = "T", value_parser = value::moment)]
    from: Option<Moment>,
    /// Set the latest timestamp, such as now
    #[arg(long, value_name = "T", default_value = "2025-06-01T00:00:00Z", value_parser = value::moment)]
    to: Moment,
    /// Include these stories, separated by commas [default: all that fit]
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',', value_parser = story_names())]
    story: Option<Vec<String>>,
    /// Write this format [default: by the extension of --out, else json]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// Write to FILE, which appears when it is complete [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Writes the entries, oldest first, and a summary on standard error.
pub fn run(args: &Args) -> Result<(), String> {
    let format = Format::of(args.format, args.out.as_deref());
    let recipe = args.recipe();
    let generator =
        Generator::new(&recipe).unwrap_or_else(|error| value::wrong(&format!("{error} ({})", flags(&error))));
    let stories = generator.stories().to_vec();
    let mut out = Output::open(args.out.as_deref())?;
    let progress = progress(args.out.is_some());
    progress.start("generating", Some(recipe.count), 0);
    let mut count = 0;
    let written = format.write(&mut out, generator, || {
        count += 1;
        progress.count_entry(count);
    });
    drop(progress);
    match written
        .map_err(|error| (error.kind(), output::told(&error)))
        .and_then(|()| out.finish().map_err(|told| (io::ErrorKind::Other, told)))
    {
        Ok(()) => {
            diagnostics::print(summary(&recipe, &stories));
            Ok(())
        }
        // A reader such as `head` may close standard output early.
        Err((io::ErrorKind::BrokenPipe, _)) => Ok(()),
        Err((_, told)) => Err(told),
    }
}

impl Args {
    fn recipe(&self) -> Recipe {
        let now = Timestamp::now().trunc_to_millis();
        let at = |flag: &str, moment: Moment| {
            moment.at(now).unwrap_or_else(|error| value::wrong(&format!("{flag} {error}")))
        };
        let to = at("--to", self.to);
        if to > now {
            value::wrong(&format!("--to {to} is in the future, where nothing has happened yet; accepted: up to now"));
        }
        let from = self.from.map_or_else(|| to.saturating_sub(Recipe::DEFAULT_SPAN), |from| at("--from", from));
        Recipe { count: self.count, seed: self.seed, from, to, stories: self.stories() }
    }

    fn stories(&self) -> Stories {
        let Some(names) = &self.story else { return Stories::Fitting };
        Stories::Exactly(match names.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["all"] => Story::ALL.to_vec(),
            ["none"] => Vec::new(),
            names => {
                let stories = names.iter().map(|name| name.parse()).collect::<Result<_, _>>();
                stories.unwrap_or_else(|_: UnknownWord| {
                    value::wrong("--story takes names of stories, or all alone, or none alone")
                })
            }
        })
    }
}

fn story_names() -> PossibleValuesParser {
    let value = |story: Story| {
        PossibleValue::new(story.as_str()).help(match story {
            Story::OffHoursAdmin => "an admin weakens the IP allowlist on a Sunday night",
            Story::LeakedToken => "a token is used from two countries within half an hour",
            Story::SsoRollout => "single sign-on is rolled out over three days",
            Story::ScriptedMigration => "a script moves part of the catalog",
            Story::MassDeletion => "an API key deletes one thing after another",
        })
    };
    PossibleValuesParser::new(Story::ALL.map(value).into_iter().chain(["all", "none"].map(PossibleValue::new)))
}

/// The arguments that an error is about.
fn flags(error: &RecipeError) -> &'static str {
    match error {
        RecipeError::Reversed(..) | RecipeError::TooLong => "--from, --to",
        RecipeError::TooMany(_) => "N, --from, --to",
        RecipeError::NoTime(_) => "--story, --from, --to",
        RecipeError::NoRoom(_) => "N, --story",
    }
}

/// The progress; hidden if the entries go to the same terminal.
fn progress(to_file: bool) -> Progress {
    if !to_file && io::stdout().is_terminal() { Progress::hidden() } else { Progress::on_standard_error() }
}

fn summary(recipe: &Recipe, stories: &[Story]) -> String {
    let entries = counted(recipe.count, "entry", "entries");
    let names = stories.iter().map(Story::to_string).collect::<Vec<_>>();
    let stories = match names.as_slice() {
        [] => "without a story".to_owned(),
        [one] => format!("with the story {one}"),
        names => format!("with the stories {}", names.join(", ")),
    };
    format!("{entries} from {} to {}, {stories}", recipe.from, recipe.to)
}
