/** Benchmarks of single parts: CONTRIBUTING.md says how to run them. */
package life.avai.server.jmh;
