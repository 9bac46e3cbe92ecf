//! `generate`: writes entries of a fictional company; the same arguments give the same bytes.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::Args as ClapArgs;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use indicatif::{ProgressBar, ProgressStyle};

use super::format::Format;
use super::output::{self, Output};
use super::value;
use crate::contract::Timestamp;
use crate::fixture::Moment;
use crate::generate::{Generator, Recipe, RecipeError, Stories, Story};
use crate::text::counted;

/// What is generated, and where it goes.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// How many entries.
    #[arg(value_name = "N", value_parser = value::count)]
    count: u64,
    /// What decides everything that is left to chance: the same arguments, the same bytes.
    #[arg(long, value_name = "S", default_value_t = 42, value_parser = value::seed, allow_hyphen_values = true)]
    seed: u64,
    /// No entry is older: an instant, or such as now-30d. [default: 30 days before --to]
    #[arg(long, value_name = "T", value_parser = value::moment)]
    from: Option<Moment>,
    /// No entry is younger: an instant, or now. The default stays the same, so that the entries do.
    #[arg(long, value_name = "T", default_value = "2025-06-01T00:00:00Z", value_parser = value::moment)]
    to: Moment,
    /// Stories among the entries, one or more behind N, or none. [default: all that there is room for]
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',', value_parser = told())]
    story: Option<Vec<Told>>,
    /// Form of the entries. [default: by the ending of --out, else json]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// File to write, whole or not at all. [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What `--story` can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    One(Story),
    All,
    None,
}

fn told() -> impl TypedValueParser<Value = Told> {
    let names = Story::WORDS.into_iter().chain(["all", "none"]);
    PossibleValuesParser::new(names).map(|name| match name.as_str() {
        "all" => Told::All,
        name => name.parse().map_or(Told::None, Told::One),
    })
}

/// Writes the entries, oldest first; on standard error it says which stories are among them.
pub fn run(args: &Args) -> Result<(), String> {
    let recipe = args.recipe();
    let generator =
        Generator::new(&recipe).unwrap_or_else(|error| value::wrong(&format!("{error} ({})", flags(&error))));
    let stories = generator.stories().to_vec();
    let mut out = Output::open(args.out.as_deref())?;
    let bar = bar(recipe.count, args.out.is_some());
    let written = Format::of(args.format, args.out.as_deref()).write(&mut out, generator, || bar.inc(1));
    bar.finish_and_clear();
    match written
        .map_err(|error| (error.kind(), output::told(&error)))
        .and_then(|()| out.finish().map_err(|told| (io::ErrorKind::Other, told)))
    {
        Ok(()) => {
            eprint!("{}", summary(&recipe, &stories));
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
        let Some(told) = &self.story else { return Stories::Fitting };
        if told.len() > 1 && told.iter().any(|told| !matches!(told, Told::One(_))) {
            value::wrong("--story takes names of stories, or all alone, or none alone");
        }
        if told.contains(&Told::All) {
            return Stories::Exactly(Story::ALL.to_vec());
        }
        let named = told.iter().filter_map(|told| if let Told::One(story) = told { Some(*story) } else { None });
        Stories::Exactly(named.collect())
    }
}

/// Which of the arguments it is about.
fn flags(error: &RecipeError) -> &'static str {
    match error {
        RecipeError::Reversed(..) | RecipeError::TooLong => "--from, --to",
        RecipeError::TooMany(_) => "N, --from, --to",
        RecipeError::NoTime(_) => "--story, --from, --to",
        RecipeError::NoRoom(_) => "N, --story",
    }
}

/// Shown when a person watches, and not where the entries go.
fn bar(count: u64, to_file: bool) -> ProgressBar {
    let bar = ProgressBar::new(count);
    if !to_file && io::stdout().is_terminal() {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} entries, {eta} left");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn summary(recipe: &Recipe, stories: &[Story]) -> String {
    let entries = counted(recipe.count, "entry", "entries");
    let mut told = format!("{entries} from {} to {}", recipe.from, recipe.to);
    let names = stories.iter().map(Story::to_string).collect::<Vec<_>>();
    match names.as_slice() {
        [] => told.push_str(", without a story"),
        [one] => drop(write!(told, ", with the story {one}")),
        names => drop(write!(told, ", with the stories {}", names.join(", "))),
    }
    told + "\n"
}
