/** The domain's stores over PostgreSQL, and a PostgreSQL of their own for who has none. */
module life.avai.persistence {
  requires transitive life.avai.domain;
  requires static transitive org.jspecify;
  requires transitive java.sql;
  requires com.github.benmanes.caffeine;
  requires com.zaxxer.hikari;
  // The name follows from the file's: Flyway does not give one.
  requires flyway.core;
  requires org.jooq;
  requires org.postgresql.jdbc;
  requires org.tukaani.xz;

  exports life.avai.persistence;
  exports life.avai.persistence.embedded;
  exports life.avai.persistence.migration;

  // jOOQ makes records by their constructors.
  opens life.avai.persistence.jooq.tables.records to
      org.jooq;
  opens life.avai.persistence.jooq.udt.records to
      org.jooq;
}
