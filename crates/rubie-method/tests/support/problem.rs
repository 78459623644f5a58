//! A nonlinear, nonautonomous system with a rational right-hand side and solution:
//! u = 1/(1 + t^2), v = t + 1/(2 + t), w = u v.

use rubie_expr::{Expr, Graph};
use rubie_model::{State, System};

use super::numbers::Number;

/// The exact solution.
pub fn solution<N: Number>(t: N) -> [N; 3] {
    let one = N::integer(1);
    let u = one.clone() / (one.clone() + t.clone() * t.clone());
    let v = t.clone() + one / (N::integer(2) + t);
    [u.clone(), v.clone(), u * v]
}

/// The right-hand side. The last terms vanish on the solution only, so that all elementary differentials matter.
pub fn rate<N: Number>(t: N, [u, v, w]: [N; 3]) -> [N; 3] {
    let (two, off, bend) = (N::integer(2), w.clone() - u.clone() * v.clone(), v - t.clone());
    let u_rate = -(two.clone() * t.clone() * u.clone() * u.clone()) + off.clone() * u.clone();
    let v_rate = N::integer(1) - bend.clone() * bend.clone() + off.clone() * w.clone() * t.clone();
    let w_rate = u.clone() - u.clone() * bend.clone() * bend - two * t * u * w.clone() + off * w;
    [u_rate, v_rate, w_rate]
}

/// The same as a system.
pub fn system(graph: &Graph) -> System<'_> {
    let t = graph.symbol("t");
    let [u, v, w] = ["u", "v", "w"].map(|name| graph.symbol(name));
    let (off, bend) = (w - u * v, v - t);
    let rates = [
        off * u - 2.0 * t * u * u,
        1.0 - bend * bend + off * w * t,
        u - u * bend * bend - 2.0 * t * u * w + off * w,
    ];
    make(graph, t, &[("u", u, rates[0]), ("v", v, rates[1]), ("w", w, rates[2])])
}

/// A system without parameters from names, symbols and rates.
pub fn make<'g>(graph: &'g Graph, time: Expr<'g>, states: &[(&str, Expr<'g>, Expr<'g>)]) -> System<'g> {
    let state = |(name, symbol, derivative): &(&str, Expr<'g>, Expr<'g>)| State {
        name: (*name).to_owned(),
        unit: None,
        symbol: *symbol,
        derivative: *derivative,
        initial: graph.constant(1.0),
    };
    System {
        graph,
        time,
        states: states.iter().map(state).collect(),
        mass: None,
        parameters: Vec::new(),
        auxiliaries: Vec::new(),
    }
}

/// The same for Rosenbrock methods.
pub struct Plain;

impl<N: Number> super::rosenbrock::Problem<N, 3> for Plain {
    fn rate(&self, t: N, y: [N; 3]) -> [N; 3] {
        rate(t, y)
    }

    fn jacobian(&self, t: N, [u, v, w]: [N; 3]) -> [[N; 3]; 3] {
        let [one, two] = [1, 2].map(N::integer);
        let (off, bend) = (w.clone() - u.clone() * v.clone(), v.clone() - t.clone());
        let (tu, uw) = (two.clone() * t.clone() * u.clone(), u.clone() * w.clone());
        let vw = v.clone() * w.clone();
        [
            [off.clone() - u.clone() * v - two.clone() * tu.clone(), -(u.clone() * u.clone()), u.clone()],
            [
                -(vw.clone() * t.clone()),
                -(two.clone() * bend.clone()) - uw.clone() * t.clone(),
                (w.clone() + off.clone()) * t.clone(),
            ],
            [
                one - bend.clone() * bend.clone() - two.clone() * t * w.clone() - vw,
                -(two * u * bend) - uw,
                w + off - tu,
            ],
        ]
    }

    fn by_time(&self, t: N, [u, v, w]: [N; 3]) -> [N; 3] {
        let two = N::integer(2);
        let (off, bend) = (w.clone() - u.clone() * v.clone(), v - t);
        let of_u = -(two.clone() * u.clone() * u.clone());
        let of_v = two.clone() * bend.clone() + off * w.clone();
        [of_u, of_v, two.clone() * u.clone() * bend - two * u * w]
    }
}
