/** Tests of the embedded PostgreSQL, with the real programs. */
package life.avai.persistence.embedded;
