package io.dure.group.consumer;

/** What a decision on a group goes by: the settings in force for it, and the cluster's topics. */
public record Rules(ConsumerSettings settings, Topics topics) {}
