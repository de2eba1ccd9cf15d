package io.dure.group;

/**
 * A transactional producer, in one of its lives: the epoch grows each time its id is taken over.
 */
public record ProducerRef(long id, short epoch) {}
