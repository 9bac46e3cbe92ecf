//! The rows of the table in `docs/performance.md`, as Markdown.

/// The measurement of one row, with its target.
pub struct Row {
    pub what: String,
    /// The mock's measurement, with its unit.
    pub measured: String,
    /// The measurement that it is compared with, with its unit; empty for an absolute target.
    pub compared_with: String,
    /// The number that must not exceed the target.
    pub figure: f64,
    pub unit: &'static str,
    pub target: f64,
    /// The run fails above this: leaves room above the target for other work on the machine.
    pub limit: f64,
}

impl Row {
    /// A figure that is a multiple of another measurement.
    pub fn ratio(what: impl Into<String>, measured: String, compared_with: String, figure: f64, target: f64) -> Self {
        Self { what: what.into(), measured, compared_with, figure, unit: "×", target, limit: target }
    }

    /// A figure with an absolute target.
    pub fn absolute(what: impl Into<String>, figure: f64, unit: &'static str, target: f64) -> Self {
        let measured = format!("{} {unit}", short(figure));
        Self { what: what.into(), measured, compared_with: String::new(), figure, unit, target, limit: target }
    }

    /// Sets the limit to this multiple of the target.
    pub fn with_margin(self, margin: f64) -> Self {
        Self { limit: self.target * margin, ..self }
    }

    pub fn is_within_limit(&self) -> bool {
        self.figure <= self.limit
    }

    fn verdict(&self) -> &'static str {
        if self.figure <= self.target {
            "kept"
        } else if self.is_within_limit() {
            "MISSED"
        } else {
            "MISSED, above the limit"
        }
    }
}

pub fn print_head() {
    println!("| what | mock | compared with | figure | target | limit | verdict |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
}

/// Prints a row; without a verdict in a run that only shows that the bench works.
pub fn print(row: &Row, judged: bool) {
    let Row { what, measured, compared_with, unit, .. } = row;
    let [figure, target, limit] = [row.figure, row.target, row.limit].map(short);
    let verdict = if judged { row.verdict() } else { "not judged" };
    println!(
        "| {what} | {measured} | {compared_with} | {figure} {unit} | {target} {unit} | {limit} {unit} | {verdict} |"
    );
}

/// Formats a number with about three significant digits.
pub fn short(figure: f64) -> String {
    match figure.abs() {
        100.0.. => format!("{figure:.0}"),
        10.0.. => format!("{figure:.1}"),
        0.095.. => format!("{figure:.2}"),
        _ => format!("{figure:.3}"),
    }
}
