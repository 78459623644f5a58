// Dense linear systems: LU factors with partial pivoting, as rubie-program's DenseLu has them, so that every bit is the same. The numbers
// of a thread lie `stride` apart, those of neighbouring threads side by side: the matrix by rows, the reciprocals of the pivots, the rows
// from which they came, and one more column.

// Factors the matrix; says whether it has no inverse.
static __device__ __noinline__ bool factor(real *f, u64 stride, u32 size) {
#define ENTRY(i, j) f[((u64)(i) * size + (j)) * stride]
#define RECIPROCAL(i) f[((u64)size * size + (i)) * stride]
#define ORIGIN(i) f[((u64)size * (size + 1) + (i)) * stride]
#define UNKNOWN(i) f[((u64)size * (size + 2) + (i)) * stride]
    bool singular = false;
    for (u32 pivot = 0; pivot < size; ++pivot) {
        // The largest entry of the column comes to the diagonal, of equal ones the first.
        real largest = op_abs(ENTRY(pivot, pivot));
        u32 origin = pivot;
        for (u32 row = pivot + 1; row < size; ++row) {
            real other = op_abs(ENTRY(row, pivot));
            if (largest < other) {
                largest = other;
                origin = row;
            }
        }
        ORIGIN(pivot) = (real)origin;
        if (origin != pivot)
            for (u32 column = 0; column < size; ++column) {
                real here = ENTRY(pivot, column);
                ENTRY(pivot, column) = ENTRY(origin, column);
                ENTRY(origin, column) = here;
            }
        real reciprocal = (real)1.0 / ENTRY(pivot, pivot);
        RECIPROCAL(pivot) = reciprocal;
        singular = singular || op_abs(reciprocal) > (real)LARGEST;
        for (u32 row = pivot + 1; row < size; ++row) {
            real multiplier = ENTRY(row, pivot) * reciprocal;
            ENTRY(row, pivot) = multiplier;
            for (u32 column = pivot + 1; column < size; ++column)
                ENTRY(row, column) = op_fma(-multiplier, ENTRY(pivot, column), ENTRY(row, column));
        }
    }
    return singular;
}

// Solves with the factors: the last column becomes the solution.
static __device__ __noinline__ void substitute(real *f, u64 stride, u32 size) {
    for (u32 pivot = 0; pivot < size; ++pivot) {
        u32 origin = (u32)ORIGIN(pivot);
        real here = UNKNOWN(pivot);
        UNKNOWN(pivot) = UNKNOWN(origin);
        UNKNOWN(origin) = here;
    }
    for (u32 row = 0; row < size; ++row) {
        real x = UNKNOWN(row);
        for (u32 column = 0; column < row; ++column) x = op_fma(-ENTRY(row, column), UNKNOWN(column), x);
        UNKNOWN(row) = x;
    }
    for (u32 row = size; row-- > 0;) {
        real x = UNKNOWN(row);
        for (u32 column = size; --column > row;) x = op_fma(-ENTRY(row, column), UNKNOWN(column), x);
        UNKNOWN(row) = x * RECIPROCAL(row);
    }
}
