use super::{DenseLu, DenseMatrix};
use crate::element::Element;
use crate::execute::{Isa, Rows};
use crate::instruction::Opcode;

/// A sequence of numbers in (-1, 1).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// What the documentation says, one number at a time: the solution, and whether there is none.
fn plain<T: Element>(mut a: Vec<Vec<T>>, mut b: Vec<T>) -> (Vec<T>, bool) {
    let size = b.len();
    let less = |c: T, a: T, b: T| T::evaluate(Opcode::NegMulAdd, a, b, c);
    let two = |op, a: T, b: T| T::evaluate(op, a, b, a);
    let abs = |a: T| T::evaluate(Opcode::Abs, a, a, a);
    let mut reciprocals = Vec::new();
    for k in 0..size {
        let mut pivot = k;
        for i in k + 1..size {
            if abs(a[i][k]) > abs(a[pivot][k]) {
                pivot = i;
            }
        }
        a.swap(k, pivot);
        b.swap(k, pivot);
        reciprocals.push(two(Opcode::Div, T::from_f64(1.0), a[k][k]));
        let above = a[k].clone();
        for row in &mut a[k + 1..] {
            row[k] = two(Opcode::Mul, row[k], reciprocals[k]);
            let multiplier = row[k];
            for (entry, above) in row.iter_mut().zip(&above).skip(k + 1) {
                *entry = less(*entry, multiplier, *above);
            }
        }
    }
    for i in 0..size {
        for k in 0..i {
            b[i] = less(b[i], a[i][k], b[k]);
        }
    }
    for i in (0..size).rev() {
        for k in (i + 1..size).rev() {
            b[i] = less(b[i], a[i][k], b[k]);
        }
        b[i] = two(Opcode::Mul, b[i], reciprocals[i]);
    }
    let singular = reciprocals.iter().any(|r| abs(*r).to_f64() == f64::INFINITY);
    (b, singular)
}

/// A matrix of every size, another one in each lane, some without diagonal, some without an inverse.
fn every_size<T: Element>() {
    let mut random = Random(7);
    for size in (0..=21).chain([40, 65]) {
        let lanes = 2 * T::LANES_PER_VECTOR;
        let place = |i: usize, j: usize| (i * size + j) as u32;
        // One place in five is empty.
        let places: Vec<[usize; 2]> = (0..size * size)
            .map(|k| [k / size, k % size])
            .filter(|[i, j]| size < 3 || (3 * i + j) % 5 != 0)
            .collect();
        let entries = places.iter().map(|[i, j]| [*i as u32, *j as u32, place(*i, *j)]).collect();
        let [right, solution] =
            [0, size].map(|k| (place(size, 0) + k as u32..).take(size).collect::<Vec<_>>());
        let matrix = DenseMatrix { size: size as u32, entries, singular: place(size, 0) + 2 * size as u32 };
        let mut rows = Rows::<T>::new(size * size + 2 * size + 1, lanes);
        let mut expected = Vec::new();
        for lane in 0..lanes {
            let mut a = vec![vec![T::default(); size]; size];
            for [i, j] in &places {
                let value = match lane % 4 {
                    0 if i == j => 0.0,
                    1 if *i == size / 2 => 0.0,
                    2 if i == j => 10.0,
                    _ => random.next(),
                };
                a[*i][*j] = T::from_f64(value);
                rows.set(place(*i, *j), lane, a[*i][*j]);
            }
            let b: Vec<_> = (0..size).map(|_| T::from_f64(random.next())).collect();
            right.iter().zip(&b).for_each(|(row, b)| rows.set(*row, lane, *b));
            expected.push(plain(a, b));
        }
        for isa in Isa::ALL.into_iter().filter(|isa| isa.is_available()) {
            let mut rows = rows.clone();
            let mut lu = DenseLu::new(size as u32, lanes);
            for _ in 0..2 {
                lu.factor(isa, &mut rows, &matrix);
                lu.solve(isa, &mut rows, &right, &solution);
                for (lane, (x, singular)) in expected.iter().enumerate() {
                    for (row, x) in solution.iter().zip(x) {
                        let found = rows.get(*row, lane);
                        assert!(found.same(*x), "{isa:?}, {size} rows, lane {lane}: {found} for {x}");
                    }
                    let told = rows.get(matrix.singular, lane).to_f64();
                    assert_eq!(told, f64::from(u8::from(*singular)), "{isa:?}, {size} rows, lane {lane}");
                }
            }
        }
    }
}

#[test]
fn all_instruction_sets_compute_what_the_documentation_says() {
    every_size::<f64>();
    every_size::<f32>();
}

/// (A x)_i with A_ij = 1 / (1 + |i - j|) + i delta_ij and x_j = j - 3, rows of A rotated by one, so that every pivot must be looked for.
#[test]
fn solutions_are_those_of_the_equations() {
    let size = 120_u32;
    let entry =
        |i: u32, j: u32| 1.0 / (1.0 + f64::from(i.abs_diff(j))) + if i == j { f64::from(i) } else { 0.0 };
    let square = size * size;
    let mut rows = Rows::<f64>::new((square + size + 1) as usize, 8);
    let mut entries = Vec::new();
    for i in 0..size {
        let from = (i + 1) % size;
        let sum: f64 = (0..size).map(|j| entry(from, j) * (f64::from(j) - 3.0)).sum();
        rows.row_mut(square + i).fill(sum);
        for j in 0..size {
            rows.row_mut(i * size + j).fill(entry(from, j));
            entries.push([i, j, i * size + j]);
        }
    }
    let matrix = DenseMatrix { size, entries, singular: square + size };
    let x: Vec<u32> = (square..square + size).collect();
    let mut lu = DenseLu::new(size, 8);
    lu.factor(Isa::detect(), &mut rows, &matrix);
    lu.solve(Isa::detect(), &mut rows, &x, &x);
    for (j, row) in x.iter().enumerate() {
        for found in rows.row(*row) {
            assert!((found - (j as f64 - 3.0)).abs() < 1e-12 * size as f64, "{j}: {found}");
        }
    }
    assert_eq!(rows.get(matrix.singular, 0), 0.0);
}

#[test]
#[should_panic(expected = "there is no row 9")]
fn rows_that_are_not_there_are_refused() {
    let matrix = DenseMatrix { size: 1, entries: vec![[0, 0, 9]], singular: 0 };
    DenseLu::<f64>::new(1, 8).factor(Isa::Portable, &mut Rows::new(9, 8), &matrix);
}
