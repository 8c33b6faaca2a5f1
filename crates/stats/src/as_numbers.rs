//! Vectors and matrices as plain lists of numbers, for states that are written and resumed (`#[serde(with = "...")]`).
//!
//! The linear algebra library has its own way, but only with its `std` feature, whose matrix products differ between CPUs in the
//! last bits.

/// A vector as the list of its numbers.
pub mod column {
    use nalgebra::DVector;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes the numbers.
    ///
    /// # Errors
    /// Those of the format.
    pub fn serialize<S: Serializer>(vector: &DVector<f64>, to: S) -> Result<S::Ok, S::Error> {
        vector.as_slice().serialize(to)
    }

    /// Reads them again.
    ///
    /// # Errors
    /// Those of the format, and numbers that are not of this shape.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<DVector<f64>, D::Error> {
        Vec::deserialize(from).map(DVector::from_vec)
    }
}

/// A symmetric matrix as a list of its columns.
pub mod square {
    use nalgebra::DMatrix;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes the numbers.
    ///
    /// # Errors
    /// Those of the format.
    pub fn serialize<S: Serializer>(matrix: &DMatrix<f64>, to: S) -> Result<S::Ok, S::Error> {
        matrix.as_slice().serialize(to)
    }

    /// Reads them again.
    ///
    /// # Errors
    /// Those of the format, and numbers that are not of this shape.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<DMatrix<f64>, D::Error> {
        let numbers: Vec<f64> = Vec::deserialize(from)?;
        let n = numbers.len().isqrt();
        if n * n == numbers.len() {
            Ok(DMatrix::from_vec(n, n, numbers))
        } else {
            Err(D::Error::custom("a matrix that is not square"))
        }
    }
}
