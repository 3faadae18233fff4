//! Matrices of a model: dense, or product-quantised.

use super::LoadError;
use super::read::Reader;

/// A matrix as it is used.
#[derive(Debug)]
pub(super) enum Matrix {
    Dense(DenseMatrix),
    Quantised(QuantisedMatrix),
}

impl Matrix {
    /// Reads a matrix. A quantised one becomes dense when it then takes no more than `most_bytes`.
    pub(super) fn read(reader: &mut Reader<'_>, is_quantised: bool, most_bytes: usize) -> Result<Self, LoadError> {
        if !is_quantised {
            return DenseMatrix::read(reader).map(Self::Dense);
        }
        let matrix = QuantisedMatrix::read(reader)?;
        let bytes = matrix.n_rows.checked_mul(matrix.dim).and_then(|numbers| numbers.checked_mul(size_of::<f32>()));
        let fits = bytes.is_some_and(|bytes| bytes <= most_bytes);
        Ok(if fits { Self::Dense(matrix.to_dense()) } else { Self::Quantised(matrix) })
    }

    pub(super) fn n_rows(&self) -> usize {
        match self {
            Self::Dense(matrix) => matrix.n_rows,
            Self::Quantised(matrix) => matrix.n_rows,
        }
    }

    pub(super) fn dim(&self) -> usize {
        match self {
            Self::Dense(matrix) => matrix.dim,
            Self::Quantised(matrix) => matrix.dim,
        }
    }

    /// Adds these rows to `sum`, which is of the matrix's dimension.
    pub(super) fn add_rows(&self, rows: &[u32], sum: &mut [f32]) {
        match self {
            Self::Dense(matrix) => matrix.add_rows(rows, sum),
            Self::Quantised(matrix) => rows.iter().for_each(|row| matrix.add_row(*row as usize, sum)),
        }
    }

    /// Replaces `products` by those of each row and `vector`, which is of the matrix's dimension.
    pub(super) fn dots(&self, vector: &[f32], products: &mut Vec<f32>) {
        products.clear();
        match self {
            Self::Dense(matrix) => products.extend(matrix.data.chunks_exact(matrix.dim).map(|row| dot(row, vector))),
            Self::Quantised(matrix) => products.extend((0..matrix.n_rows).map(|row| matrix.dot(row, vector))),
        }
    }

    /// The product of a row and `vector`, which is of the matrix's dimension.
    pub(super) fn dot(&self, row: usize, vector: &[f32]) -> f32 {
        match self {
            Self::Dense(matrix) => dot(matrix.row(row), vector),
            Self::Quantised(matrix) => matrix.dot(row, vector),
        }
    }
}

/// Rows one after the other.
#[derive(Debug, Default)]
pub(super) struct DenseMatrix {
    n_rows: usize,
    dim: usize,
    data: Vec<f32>,
}

impl DenseMatrix {
    /// Of rows of this dimension, which is not 0.
    pub(super) fn new(dim: usize, data: Vec<f32>) -> Self {
        Self { n_rows: data.len() / dim, dim, data }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, LoadError> {
        let (n_rows, dim) = (reader.long_size()?, reader.long_size()?);
        let data = reader.floats(product(n_rows, dim)?)?;
        Ok(Self { n_rows, dim, data })
    }

    #[inline]
    fn row(&self, row: usize) -> &[f32] {
        &self.data[row * self.dim..][..self.dim]
    }

    /// Adds these rows to `sum`, which is of the matrix's dimension.
    pub(super) fn add_rows(&self, rows: &[u32], sum: &mut [f32]) {
        // With the sum in registers, as the dimension of models for languages allows, the rows' loads overlap.
        if let Ok(sum) = <&mut [f32; 16]>::try_from(&mut *sum) {
            return self.add_to_registers(rows, sum);
        }
        if let Ok(sum) = <&mut [f32; 32]>::try_from(&mut *sum) {
            return self.add_to_registers(rows, sum);
        }
        for row in rows {
            for (sum, value) in sum.iter_mut().zip(self.row(*row as usize)) {
                *sum += value;
            }
        }
    }

    fn add_to_registers<const DIM: usize>(&self, rows: &[u32], sum: &mut [f32; DIM]) {
        let mut total = *sum;
        for row in rows {
            for (total, value) in total.iter_mut().zip(self.row(*row as usize)) {
                *total += value;
            }
        }
        *sum = total;
    }
}

/// The product of two vectors, in eight lanes, so that it can be vectorised.
#[inline]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    let mut lanes = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..8 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f32>() + rest
}

/// Rows as codes: each part of a row is one of 256 centroids, and the row's norm perhaps one of 256 norms.
#[derive(Debug)]
pub(super) struct QuantisedMatrix {
    n_rows: usize,
    dim: usize,
    /// One byte for each part of each row.
    codes: Vec<u8>,
    quantiser: Quantiser,
    norms: Option<Norms>,
}

#[derive(Debug)]
struct Norms {
    codes: Vec<u8>,
    centroids: Vec<f32>,
}

impl QuantisedMatrix {
    fn read(reader: &mut Reader<'_>) -> Result<Self, LoadError> {
        let has_norms = reader.bool()?;
        let (n_rows, dim) = (reader.long_size()?, reader.long_size()?);
        let n_codes = reader.size()?;
        let codes = reader.take(n_codes)?.to_vec();
        let quantiser = Quantiser::read(reader, dim)?;
        if n_codes != product(n_rows, quantiser.n_parts)? {
            return Err(LoadError::Inconsistent("a quantised matrix has too few or too many codes"));
        }
        let norms = if has_norms {
            let codes = reader.take(n_rows)?.to_vec();
            Some(Norms { codes, centroids: Quantiser::read(reader, 1)?.centroids })
        } else {
            None
        };
        Ok(Self { n_rows, dim, codes, quantiser, norms })
    }

    fn to_dense(&self) -> DenseMatrix {
        let mut data = vec![0.0; self.n_rows * self.dim];
        if self.dim > 0 {
            for (row, values) in data.chunks_exact_mut(self.dim).enumerate() {
                self.add_row(row, values);
            }
        }
        DenseMatrix { n_rows: self.n_rows, dim: self.dim, data }
    }

    fn add_row(&self, row: usize, sum: &mut [f32]) {
        let norm = self.norm(row);
        for (part, sum) in self.parts(row).zip(sum.chunks_mut(self.quantiser.part_dim)) {
            for (sum, value) in sum.iter_mut().zip(part) {
                *sum += norm * value;
            }
        }
    }

    fn dot(&self, row: usize, vector: &[f32]) -> f32 {
        let parts = self.parts(row).zip(vector.chunks(self.quantiser.part_dim));
        let product: f32 = parts.flat_map(|(part, vector)| part.iter().zip(vector)).map(|(a, b)| a * b).sum();
        product * self.norm(row)
    }

    fn norm(&self, row: usize) -> f32 {
        self.norms.as_ref().map_or(1.0, |norms| norms.centroids[norms.codes[row] as usize])
    }

    /// The centroids of a row's parts.
    fn parts(&self, row: usize) -> impl Iterator<Item = &[f32]> {
        let n_parts = self.quantiser.n_parts;
        let codes = &self.codes[row * n_parts..][..n_parts];
        codes.iter().enumerate().map(|(part, code)| self.quantiser.centroid(part, *code))
    }
}

/// Centroids of the parts of a row.
#[derive(Debug)]
struct Quantiser {
    n_parts: usize,
    part_dim: usize,
    /// The last part may be shorter.
    last_part_dim: usize,
    /// Part after part, 256 centroids each.
    centroids: Vec<f32>,
}

impl Quantiser {
    /// Centroids of a part.
    const N_CENTROIDS: usize = 256;

    fn read(reader: &mut Reader<'_>, expected_dim: usize) -> Result<Self, LoadError> {
        let (dim, n_parts) = (reader.size()?, reader.size()?);
        let (part_dim, last_part_dim) = (reader.size()?, reader.size()?);
        let is_sound = dim == expected_dim
            && part_dim > 0
            && n_parts == dim.div_ceil(part_dim)
            && n_parts > 0
            && last_part_dim == dim - (n_parts - 1) * part_dim;
        if !is_sound {
            return Err(LoadError::Inconsistent("a quantised matrix is cut into parts of other sizes"));
        }
        let centroids = reader.floats(product(dim, Self::N_CENTROIDS)?)?;
        Ok(Self { n_parts, part_dim, last_part_dim, centroids })
    }

    fn centroid(&self, part: usize, code: u8) -> &[f32] {
        let dim = if part + 1 == self.n_parts { self.last_part_dim } else { self.part_dim };
        &self.centroids[part * Self::N_CENTROIDS * self.part_dim + code as usize * dim..][..dim]
    }
}

fn product(a: usize, b: usize) -> Result<usize, LoadError> {
    a.checked_mul(b).ok_or(LoadError::Inconsistent("a matrix is larger than any memory"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two rows of three numbers in parts of two and one, with norms.
    fn quantised() -> Vec<u8> {
        let mut bytes = vec![1];
        bytes.extend([2_i64, 3].iter().flat_map(|size| size.to_le_bytes()));
        bytes.extend(4_i32.to_le_bytes());
        bytes.extend([0, 1, 255, 0]);
        bytes.extend([3_i32, 2, 2, 1].iter().flat_map(|size| size.to_le_bytes()));
        bytes.extend((0..3 * 256_u16).flat_map(|number| f32::from(number).to_le_bytes()));
        bytes.extend([1, 2]);
        bytes.extend([1_i32, 1, 1, 1].iter().flat_map(|size| size.to_le_bytes()));
        bytes.extend((0..256_u16).flat_map(|number| f32::from(number).to_le_bytes()));
        bytes
    }

    #[test]
    fn codes_stand_for_centroids_times_norms() {
        let bytes = quantised();
        for most_bytes in [0, 1000] {
            let matrix = Matrix::read(&mut Reader::new(&bytes), true, most_bytes).unwrap();
            assert_eq!(matches!(matrix, Matrix::Dense(_)), most_bytes > 0);
            assert_eq!((matrix.n_rows(), matrix.dim()), (2, 3));
            let mut sum = [1.0; 3];
            matrix.add_rows(&[0], &mut sum);
            assert_eq!(sum.map(f32::to_bits), [1.0, 2.0, 514.0].map(f32::to_bits));
            matrix.add_rows(&[1, 1], &mut sum);
            let expected = [1.0 + 4.0 * 510.0, 2.0 + 4.0 * 511.0, 514.0 + 4.0 * 512.0];
            assert_eq!(sum.map(f32::to_bits), expected.map(f32::to_bits));
            assert!((matrix.dot(1, &[1.0, 10.0, 100.0]) - 2.0 * (510.0 + 5110.0 + 51_200.0)).abs() < 1e-2);
        }
    }

    #[test]
    fn sizes_that_contradict_each_other_are_refused() {
        for (what, at, byte) in [("codes", 17, 3), ("dim", 25, 2), ("parts", 29, 9), ("part", 33, 0), ("last", 37, 2)] {
            let mut bytes = quantised();
            bytes[at] = byte;
            let error = Matrix::read(&mut Reader::new(&bytes), true, 1000).unwrap_err();
            assert!(matches!(error, LoadError::Inconsistent(_)), "{what}: {error}");
        }
        let mut huge = [0xff; 24];
        (huge[7], huge[15]) = (0x7f, 0x7f);
        assert!(Matrix::read(&mut Reader::new(&huge), false, 1000).is_err());
    }

    #[test]
    fn products_are_the_same_in_lanes() {
        let a: Vec<f32> = (0..19_u8).map(f32::from).collect();
        let matrix = Matrix::Dense(DenseMatrix::new(19, a.clone()));
        assert!((matrix.dot(0, &a) - a.iter().map(|value| value * value).sum::<f32>()).abs() < 1e-3);
    }
}
