package life.avai.persistence;

import java.io.Serial;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jooq.impl.AbstractConverter;
import org.jspecify.annotations.Nullable;

/** A {@code timestamptz} as the point in time that it is. */
public final class InstantConverter extends AbstractConverter<OffsetDateTime, Instant> {
  @Serial private static final long serialVersionUID = 1L;

  public InstantConverter() {
    super(OffsetDateTime.class, Instant.class);
  }

  @Override
  public @Nullable Instant from(@Nullable OffsetDateTime stored) {
    return stored == null ? null : stored.toInstant();
  }

  @Override
  public @Nullable OffsetDateTime to(@Nullable Instant value) {
    return value == null ? null : value.atOffset(ZoneOffset.UTC);
  }
}
