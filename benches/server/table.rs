//! The rows as they are printed: Markdown, to be pasted where the figures are told.

/// What one row found.
pub struct Outcome {
    pub what: String,
    /// The stand-in's figure, with its unit.
    pub measured: String,
    /// What it is held against, with its unit; empty for a bound that is a number of its own.
    pub beside: String,
    /// What is judged.
    pub figure: f64,
    pub unit: &'static str,
    /// What is wanted.
    pub target: f64,
    /// What is still let pass where other work on the machine disturbs the figures.
    pub limit: f64,
}

impl Outcome {
    /// A figure that is a multiple of another.
    pub fn ratio(what: impl Into<String>, measured: String, beside: String, figure: f64, target: f64) -> Self {
        Self { what: what.into(), measured, beside, figure, unit: "×", target, limit: target }
    }

    /// A figure that stands alone.
    pub fn absolute(what: impl Into<String>, figure: f64, unit: &'static str, target: f64) -> Self {
        let measured = format!("{} {unit}", short(figure));
        Self { what: what.into(), measured, beside: String::new(), figure, unit, target, limit: target }
    }

    /// Allows so many times the target before the run fails.
    pub fn with_margin(self, margin: f64) -> Self {
        Self { limit: self.target * margin, ..self }
    }

    pub fn within_limit(&self) -> bool {
        self.figure <= self.limit
    }

    fn verdict(&self) -> &'static str {
        if self.figure <= self.target {
            "kept"
        } else if self.within_limit() {
            "MISSED"
        } else {
            "MISSED, above the limit"
        }
    }
}

pub fn print_head() {
    println!("| what | stand-in | beside | figure | target | limit | verdict |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
}

/// Prints a row; one of a run that only shows that everything runs has no verdict.
pub fn print(outcome: &Outcome, judged: bool) {
    let Outcome { what, measured, beside, unit, .. } = outcome;
    let [figure, target, limit] = [outcome.figure, outcome.target, outcome.limit].map(short);
    let verdict = if judged { outcome.verdict() } else { "not judged" };
    println!("| {what} | {measured} | {beside} | {figure} {unit} | {target} {unit} | {limit} {unit} | {verdict} |");
}

/// As many digits as say something.
pub fn short(figure: f64) -> String {
    match figure.abs() {
        100.0.. => format!("{figure:.0}"),
        10.0.. => format!("{figure:.1}"),
        0.095.. => format!("{figure:.2}"),
        _ => format!("{figure:.3}"),
    }
}
