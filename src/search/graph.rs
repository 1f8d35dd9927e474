//! The graph of reachable states, and the cheapest path through it.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use petgraph::algo::astar;
use petgraph::graph::DiGraph;
use petgraph::graph::NodeIndex;

use super::ClusterState;
use super::Cost;
use super::NoPath;
use super::Problem;
use super::Transition;
use super::guard::nodes_and_clients_at;
use super::guard::refuse;
use super::moves::apply;
use super::moves::candidates;
use super::no_path;
use super::skew::breaches;

/// The most states that are looked at. Thirteen hops with eight cohorts and `min-drains` need fewer
/// than a tenth of it; more means that the question is of another kind than this program is for.
const MOST_STATES: usize = 400_000;

/// The cheapest path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Its transitions in order.
    pub steps: Vec<PathStep>,
    /// What it costs.
    pub cost: Cost,
}

/// A transition of a path, with the states on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathStep {
    /// The transition.
    pub transition: Transition,
    /// The state before.
    pub before: ClusterState,
    /// The state afterwards.
    pub after: ClusterState,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// The rules allow no path.
    #[error("no path")]
    NoPath(Box<NoPath>),
    /// There are too many states.
    #[error("the search was stopped after {states} states")]
    TooLarge {
        /// How many were looked at.
        states: usize,
    },
}

/// Everything that can be reached from the start.
pub(super) struct StateGraph {
    pub(super) graph: DiGraph<ClusterState, (Transition, Cost)>,
    pub(super) start: NodeIndex,
}

impl StateGraph {
    pub(super) fn reachable(problem: &Problem) -> Result<Self, SearchError> {
        Self::reachable_until(problem, MOST_STATES, |_| false)
    }

    /// The same, up to the first state that is `enough`, or to so many states.
    pub(super) fn reachable_until(
        problem: &Problem,
        most: usize,
        enough: impl Fn(&ClusterState) -> bool,
    ) -> Result<Self, SearchError> {
        let mut graph = DiGraph::new();
        let mut seen: BTreeMap<ClusterState, NodeIndex> = BTreeMap::new();
        let start = graph.add_node(problem.start.clone());
        seen.insert(problem.start.clone(), start);
        let mut queue = VecDeque::from([start]);
        while let Some(index) = queue.pop_front() {
            let state = graph[index].clone();
            if enough(&state) {
                break;
            }
            for transition in candidates(problem, &state) {
                let (next, cost) = apply(problem, &state, &transition);
                if !refuse(problem, &state, &transition, &next).is_empty() {
                    continue;
                }
                let to = if let Some(known) = seen.get(&next) {
                    *known
                } else {
                    if graph.node_count() >= most {
                        return Err(SearchError::TooLarge { states: most });
                    }
                    let added = graph.add_node(next.clone());
                    seen.insert(next, added);
                    queue.push_back(added);
                    added
                };
                graph.add_edge(index, to, (transition, cost));
            }
        }
        Ok(Self { graph, start })
    }
}

/// Whether a state is what was asked for.
pub(super) fn is_goal(problem: &Problem, state: &ClusterState) -> bool {
    let last = problem.ladder.last();
    state.hop == last
        && state.control_plane_at(problem.ladder.stop_level(last))
        && nodes_and_clients_at(problem, state, last)
        && state.etcd.len() <= 1
        && breaches(problem, state).is_empty()
}

/// The cheapest path from the start to the target. The empty path means that nothing is to be done.
///
/// # Errors
///
/// [`NoPath`] with everything that explains it, or a question that is too large.
pub fn search(problem: &Problem) -> Result<Path, SearchError> {
    let StateGraph { graph, start } = StateGraph::reachable(problem)?;
    let found = astar(
        &graph,
        start,
        |index| is_goal(problem, &graph[index]),
        |edge| edge.weight().1,
        |_| Cost::default(),
    );
    let Some((cost, nodes)) = found else {
        let graph = StateGraph { graph, start };
        return Err(SearchError::NoPath(Box::new(no_path::explain(problem, &graph))));
    };
    let steps = nodes
        .windows(2)
        .filter_map(|pair| {
            // Two states are joined by one transition at most; the cheapest is taken in any case.
            let edge = graph.edges_connecting(pair[0], pair[1]).min_by(|left, right| {
                left.weight()
                    .1
                    .cmp(&right.weight().1)
                    .then_with(|| left.weight().0.cmp(&right.weight().0))
            })?;
            Some(PathStep {
                transition: edge.weight().0.clone(),
                before: graph[pair[0]].clone(),
                after: graph[pair[1]].clone(),
            })
        })
        .collect();
    Ok(Path { steps, cost })
}
