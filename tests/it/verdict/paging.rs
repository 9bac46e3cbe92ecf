//! Pages in whatever order, ranges of whatever kind, and what is told of each query.

use cortex_audit_mock::world::verdict::{Bug, ClientVerdict, Expectation, Scope};
use serde_json::json;

use crate::support::TestMock;

/// The client that sends these queries one after the other, to 640 entries.
async fn after(queries: impl IntoIterator<Item = impl AsRef<str>>) -> ClientVerdict {
    let mock = TestMock::default();
    mock.mock.world().change_settings(|settings| settings.rate_limit = cortex_audit_mock::RateLimit::Off);
    for query in queries {
        mock.logs(query.as_ref()).await;
    }
    mock.mock.world().verdict(&Scope::default()).clients.remove(0)
}

/// The same with seven pages of these numbers.
async fn pages(numbers: &[u32]) -> ClientVerdict {
    after(numbers.iter().map(|page| format!("page={page}&pageSize=100"))).await
}

/// Crawls, those to the end, pages repeated, and left out.
fn counts(client: &ClientVerdict) -> [usize; 4] {
    let paging = &client.paging;
    [paging.crawls, paging.finished, paging.repeated, paging.skipped]
}

fn bugs(client: &ClientVerdict) -> Vec<Bug> {
    client.findings.iter().map(|finding| finding.bug).collect()
}

#[tokio::test]
async fn pages_count_the_same_in_whatever_order_they_come() {
    for order in [[0, 1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1, 0], [0, 6, 3, 1, 5, 2, 4], [3, 0, 2, 1, 6, 4, 5]] {
        let client = pages(&order).await;
        assert_eq!(counts(&client), [1, 1, 0, 0], "{order:?}: {client}");
        assert_eq!(bugs(&client), [], "{order:?}: {client}");
    }
}

#[tokio::test]
async fn a_page_that_is_read_again_is_repeated_and_nothing_is_left_out() {
    assert_eq!(counts(&pages(&[0, 1, 2, 3, 4, 5, 6, 2]).await), [1, 1, 1, 0]);
    // Asked for again at once it is retried.
    let client = pages(&[0, 1, 1, 3, 4, 5, 6]).await;
    assert_eq!((counts(&client), client.paging.retried), ([1, 1, 0, 1], 1));
    assert_eq!(counts(&pages(&[6, 5, 4, 3, 2, 1, 0, 6, 5, 4, 3, 2, 1, 0]).await), [2, 2, 0, 0]);
    assert_eq!(counts(&pages(&[0, 1, 2, 0, 1, 2, 3, 4, 5, 6]).await), [2, 1, 0, 0]);
    // Behind the end there is nothing to leave out.
    assert_eq!(counts(&pages(&[0, 1, 2, 3, 4, 5, 6, 9]).await), [1, 1, 0, 0]);
    assert_eq!(counts(&pages(&[50, 0]).await), [1, 0, 0, 0]);
}

#[tokio::test]
async fn each_query_is_told_with_the_pages_that_it_lacks_or_has_twice() {
    let of_teams = [0, 1].map(|page| format!("page={page}&pageSize=10&objectTypes=SERVICE"));
    let all = [0, 1, 3, 1, 4, 5, 6].map(|page| format!("pageSize=100&page={page}"));
    let client = after(all.iter().chain(&of_teams)).await;
    let told = serde_json::to_value(&client.paging).unwrap();
    let expected = json!([
        {"query": "pageSize=100", "crawls": 1, "finished": true, "pages": 7, "skipped": [2], "repeated": [1]},
        {"query": "pageSize=10&objectTypes=SERVICE", "crawls": 1, "finished": false, "pages": 2, "skipped": [], "repeated": []},
    ]);
    assert_eq!((&told["perQuery"], &told["furtherQueries"]), (&expected, &json!(0)));
    let text = client.to_string();
    assert!(text.contains("\n    ?pageSize=100: left out page 2; repeated page 1\n"), "{text}");
    assert!(text.contains("\n    ?pageSize=10&objectTypes=SERVICE: not to the end\n"), "{text}");
}

#[tokio::test]
async fn the_first_queries_and_pages_are_listed_and_the_others_counted() {
    let client = after((0..25).map(|number| format!("page=15&pageSize=10&objectIdentifiers=o{number}"))).await;
    assert_eq!((client.paging.per_query.len(), client.paging.further_queries), (20, 5));
    let client = after(["page=0&pageSize=10", "page=15&pageSize=10"]).await;
    assert_eq!(client.paging.skipped, 14);
    assert_eq!(client.paging.per_query[0].skipped, (1..=10).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_reversed_range_covers_nothing_so_nothing_follows_it() {
    let reversed = "page=0&pageSize=1000&startTime=2021-01-01T00:00:00Z&endTime=2020-01-01T00:00:00Z";
    let client = after([reversed, "page=0&pageSize=1000&startTime=2025-01-01T00:00:00Z"]).await;
    assert!(client.windows.gaps.is_empty(), "{client}");
    assert!(client.violations(Expectation::NoGaps).is_empty(), "{client}");
}

#[tokio::test]
async fn what_was_refused_is_counted_again_whatever_lies_between_and_for_whatever_page() {
    let wrong = "page=0&pageSize=5000";
    let right = "page=0&pageSize=1000";
    assert_eq!(after([wrong, right, wrong, right, wrong]).await.politeness.refused_again, 2);
    let every_page = (0..4).map(|page| format!("page={page}&pageSize=5000"));
    let client = after(every_page).await;
    assert_eq!(client.politeness.refused_again, 3);
    assert!(bugs(&client).contains(&Bug::RetriedRefused), "{client}");
    // Who mends the query does right.
    let client = after([wrong, "page=0&pageSize=2000", right]).await;
    assert_eq!(client.politeness.refused_again, 0);
}

#[tokio::test]
async fn one_is_told_as_one() {
    let from = |start: &str, end: &str| {
        format!("page=0&pageSize=1000&startTime=2025-05-{start}T00:00:00Z&endTime=2025-05-{end}T00:00:00Z")
    };
    let client = after([from("01", "15"), from("10", "20")]).await;
    let text = client.to_string();
    assert!(text.contains("ranges of time: 2, with 0 gaps, 0 late arrivals missed"), "{text}");
    let text = after(["page=0&pageSize=1000"]).await.to_string();
    assert!(text.contains(": 1 request\n") && text.contains("1 of 1 query in 1 crawl, 1 of"), "{text}");
}
