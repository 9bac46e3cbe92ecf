//! Locators of elements by role and accessible name.
//!
//! A locator is `role name`, such as `button Copy` or `textbox Session`; within another element, `region Filters > button
//! Apply`. A part of the accessible name is enough, regardless of case; an exact match has priority. Hidden elements are
//! not found.

use std::collections::BTreeMap;
use std::fmt::Write;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::{Element, ElementRef};
use fantoccini::key::Key;
use serde_json::{Value, json};

use super::tab::Tab;

const LOOK: &str = r#"
    const words = (text) => (text ?? "").replace(/\s+/g, " ").trim().toLowerCase();
    // The element `summary` has no role.
    const roleOf = (element) => element.computedRole || element.localName;
    const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    let places = [document.documentElement];
    for (const [role, name] of arguments[0]) {
      const of = (place) => [...place.querySelectorAll("*")].filter((element) => roleOf(element) === role);
      const found = [...new Set(places.flatMap(of))].filter(shown);
      const exactly = found.filter((element) => words(element.computedName) === words(name));
      places = name !== "" && exactly.length > 0
        ? exactly
        : found.filter((element) => words(element.computedName).includes(words(name)));
    }
"#;

/// Parses `role name > role name`.
fn path(thing: &str) -> Value {
    let steps = thing.split(" > ").map(|step| step.split_once(' ').unwrap_or((step, "")));
    steps.map(|(role, name)| json!([role, name])).collect()
}

impl Tab {
    /// All matching elements now.
    pub async fn all(&self, thing: &str) -> Vec<Element> {
        let found = self.script(&format!("{LOOK} return places;"), vec![path(thing)]).await;
        // An element is an object with one member, its reference.
        let references: Vec<BTreeMap<String, String>> = serde_json::from_value(found).unwrap();
        let references = references.into_iter().flat_map(BTreeMap::into_values);
        references.map(|one| Element::from_element_id(self.client.clone(), ElementRef::from(one))).collect()
    }

    /// The texts of all matching elements now.
    pub async fn texts(&self, thing: &str) -> Vec<String> {
        let script = format!("{LOOK} return places.map((element) => element.innerText.trim());");
        let texts = self.script(&script, vec![path(thing)]).await;
        serde_json::from_value(texts).unwrap()
    }

    /// The number of matching elements now.
    pub async fn count(&self, thing: &str) -> usize {
        let count = self.script(&format!("{LOOK} return places.length;"), vec![path(thing)]).await;
        usize::try_from(count.as_u64().unwrap()).unwrap()
    }

    /// Waits for the element, which must be the only match.
    pub async fn the(&self, thing: &str) -> Element {
        self.eventually(thing, async || {
            let mut found = self.all(thing).await;
            match found.len() {
                1 => Ok(found.remove(0)),
                count => Err(format!("there are {count}; what there is:\n{}", self.outline().await)),
            }
        })
        .await
    }

    /// Waits until nothing matches.
    pub async fn gone(&self, thing: &str) {
        self.eventually(&format!("no {thing}"), async || match self.count(thing).await {
            0 => Ok(()),
            count => Err(format!("there are {count}")),
        })
        .await;
    }

    /// Waits until the text of the only match contains this text; returns the whole text.
    pub async fn reads(&self, thing: &str, text: &str) -> String {
        self.eventually(&format!("{thing} that reads {text:?}"), async || {
            let texts = self.texts(thing).await;
            match &texts[..] {
                [read] if read.contains(text) => Ok(read.clone()),
                _ => Err(format!("{texts:?}")),
            }
        })
        .await
    }

    /// Waits until this number of elements matches.
    pub async fn counts(&self, thing: &str, expected: usize) {
        self.eventually(&format!("{expected} of {thing}"), async || match self.count(thing).await {
            count if count == expected => Ok(()),
            count => Err(format!("there are {count}")),
        })
        .await;
    }

    /// Waits for the element and clicks it.
    pub async fn click(&self, thing: &str) {
        self.eventually(&format!("a click on {thing}"), async || self.pressed(self.the(thing).await).await).await;
    }

    /// Clicks the first of several matches.
    pub async fn click_first(&self, thing: &str) {
        self.eventually(&format!("a click on the first {thing}"), async || {
            let first = self.all(thing).await.into_iter().next().ok_or("there is none")?;
            self.pressed(first).await
        })
        .await;
    }

    async fn pressed(&self, element: Element) -> Result<(), String> {
        // A sticky header could cover it.
        let script = "arguments[0].scrollIntoView({ block: 'center' })";
        self.client.execute(script, vec![json!(element)]).await.map_err(|error| error.to_string())?;
        element.click().await.map_err(|error| error.to_string())
    }

    /// Replaces the content of a field, and moves the focus away.
    pub async fn fill(&self, thing: &str, text: &str) {
        let field = self.the(thing).await;
        field.clear().await.unwrap();
        field.send_keys(&format!("{text}{}", char::from(Key::Tab))).await.unwrap();
    }

    /// Presses keys, wherever the focus is.
    pub async fn press(&self, keys: impl IntoIterator<Item = char>) {
        let mut typing = KeyActions::new("keyboard".to_owned());
        for value in keys {
            typing = typing.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        self.client.perform_actions(typing).await.unwrap();
    }

    /// Types into the search box, and chooses the first suggestion.
    pub async fn search_for(&self, text: &str) {
        let field = self.the("combobox Search values of all attributes").await;
        field.send_keys(&format!("{text}{}", char::from(Key::Enter))).await.unwrap();
    }

    /// Chooses the option whose text starts with this.
    pub async fn choose(&self, list: &str, option: &str) {
        self.eventually(&format!("{option} in {list}"), async || {
            let list = self.the(list).await;
            let script = "const [list, text] = arguments;
                const option = [...list.options].find((option) => option.text.trim().startsWith(text));
                return option ? option.value : [...list.options].map((option) => option.text);";
            let found = self.script(script, vec![json!(list), json!(option)]).await;
            match found.as_str() {
                Some(value) => list.select_by_value(value).await.map_err(|error| error.to_string()),
                None => Err(found.to_string()),
            }
        })
        .await;
    }

    /// The content of a field.
    pub async fn value(&self, thing: &str) -> String {
        self.the(thing).await.prop("value").await.unwrap().unwrap_or_default()
    }

    /// Waits until the address contains this.
    pub async fn address_holds(&self, part: &str) {
        self.eventually(&format!("an address with {part}"), async || {
            let address = self.address().await;
            if address.contains(part) { Ok(()) } else { Err(address) }
        })
        .await;
    }

    /// The accessibility tree, for the message of a failed test.
    pub async fn outline(&self) -> String {
        let script = r#"return [...document.querySelectorAll("body *")]
            .filter((element) => element.checkVisibility() && element.computedName
              && !["generic", "none", "", "StaticText"].includes(element.computedRole))
            .map((element) => `${element.computedRole} ${element.computedName.slice(0, 80)}`);"#;
        let things = self.script(script, vec![]).await;
        let mut outline = String::new();
        for thing in things.as_array().unwrap().iter().take(120) {
            writeln!(outline, "  {}", thing.as_str().unwrap()).unwrap();
        }
        outline
    }
}
