package io.dure.metadata;

import java.util.AbstractCollection;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An immutable sorted map. A changed copy shares all but a path of nodes with the original, so that
 * an image of many thousand topics costs little to change, and two images are compared by looking
 * only at what they do not share.
 *
 * <p>A height-balanced tree whose subtrees differ by at most two levels, as in OCaml's standard
 * library.
 */
final class SortedTree<K, V> {
  private final Comparator<? super K> order;
  private final @Nullable Node<K, V> root;

  private SortedTree(Comparator<? super K> order, @Nullable Node<K, V> root) {
    this.order = order;
    this.root = root;
  }

  private record Node<K, V>(
      @Nullable Node<K, V> left,
      K key,
      V value,
      @Nullable Node<K, V> right,
      int height,
      int size) {}

  /** Told how one tree differs from another, in ascending order of keys. */
  interface DiffVisitor<V> {
    void added(V now);

    void changed(V before, V now);

    void removed(V before);
  }

  static <K, V> SortedTree<K, V> empty(Comparator<? super K> order) {
    return new SortedTree<>(order, null);
  }

  int size() {
    return size(root);
  }

  /** Levels; grows with the logarithm of the size. */
  int height() {
    return height(root);
  }

  Optional<V> get(K key) {
    Node<K, V> node = root;
    while (node != null) {
      int way = order.compare(key, node.key);
      if (way == 0) {
        return Optional.of(node.value);
      }
      node = way < 0 ? node.left : node.right;
    }
    return Optional.empty();
  }

  SortedTree<K, V> with(K key, V value) {
    return new SortedTree<>(order, put(root, key, value));
  }

  SortedTree<K, V> without(K key) {
    return get(key).isEmpty() ? this : new SortedTree<>(order, remove(root, key));
  }

  /** The values by ascending key; a view that never changes. */
  Collection<V> values() {
    return new AbstractCollection<>() {
      @Override
      public int size() {
        return SortedTree.this.size();
      }

      @Override
      public Iterator<V> iterator() {
        return new Walk<>(root);
      }
    };
  }

  /**
   * Visits what differs from {@code before}; values are the same only if they are the same object.
   */
  void diff(SortedTree<K, V> before, DiffVisitor<V> visitor) {
    diff(before.root, root, visitor);
  }

  private void diff(@Nullable Node<K, V> before, @Nullable Node<K, V> now, DiffVisitor<V> visitor) {
    if (before == now) {
      return;
    }
    if (now == null) {
      new Walk<>(before).forEachRemaining(visitor::removed);
      return;
    }
    Split<K, V> split = split(before, now.key);
    diff(split.below, now.left, visitor);
    if (split.at == null) {
      visitor.added(now.value);
    } else if (split.at != now.value) {
      visitor.changed(split.at, now.value);
    }
    diff(split.above, now.right, visitor);
  }

  private record Split<K, V>(
      @Nullable Node<K, V> below, @Nullable V at, @Nullable Node<K, V> above) {}

  /**
   * Cuts a tree in two around {@code key}; costs nothing where the key is at the top, the usual
   * case.
   */
  private Split<K, V> split(@Nullable Node<K, V> node, K key) {
    if (node == null) {
      return new Split<>(null, null, null);
    }
    int way = order.compare(key, node.key);
    if (way == 0) {
      return new Split<>(node.left, node.value, node.right);
    }
    if (way < 0) {
      Split<K, V> split = split(node.left, key);
      return new Split<>(split.below, split.at, join(split.above, node, node.right));
    }
    Split<K, V> split = split(node.right, key);
    return new Split<>(join(node.left, node, split.below), split.at, split.above);
  }

  /**
   * One tree of two, with {@code middle}'s binding between them; their heights may differ by any
   * amount.
   */
  private Node<K, V> join(
      @Nullable Node<K, V> left, Node<K, V> middle, @Nullable Node<K, V> right) {
    if (left == null || right == null) {
      return put(left == null ? right : left, middle.key, middle.value);
    }
    if (left.height > right.height + 2) {
      return balance(left.left, left, join(left.right, middle, right));
    }
    if (right.height > left.height + 2) {
      return balance(join(left, middle, right.left), right, right.right);
    }
    return node(left, middle.key, middle.value, right);
  }

  private Node<K, V> put(@Nullable Node<K, V> node, K key, V value) {
    if (node == null) {
      return node(null, key, value, null);
    }
    int way = order.compare(key, node.key);
    if (way == 0) {
      return node(node.left, key, value, node.right);
    }
    return way < 0
        ? balance(put(node.left, key, value), node, node.right)
        : balance(node.left, node, put(node.right, key, value));
  }

  private @Nullable Node<K, V> remove(@Nullable Node<K, V> node, K key) {
    if (node == null) {
      return null;
    }
    int way = order.compare(key, node.key);
    if (way < 0) {
      return balance(remove(node.left, key), node, node.right);
    }
    if (way > 0) {
      return balance(node.left, node, remove(node.right, key));
    }
    if (node.left == null || node.right == null) {
      return node.left == null ? node.right : node.left;
    }
    Node<K, V> next = node.right;
    while (next.left != null) {
      next = next.left;
    }
    return balance(node.left, next, remove(node.right, next.key));
  }

  /** A node with {@code middle}'s binding; the heights of the two sides differ by at most three. */
  private static <K, V> Node<K, V> balance(
      @Nullable Node<K, V> left, Node<K, V> middle, @Nullable Node<K, V> right) {
    if (left != null && left.height > height(right) + 2) {
      if (height(left.left) >= height(left.right)) {
        return node(
            left.left, left.key, left.value, node(left.right, middle.key, middle.value, right));
      }
      Node<K, V> inner = Objects.requireNonNull(left.right);
      return node(
          node(left.left, left.key, left.value, inner.left),
          inner.key,
          inner.value,
          node(inner.right, middle.key, middle.value, right));
    }
    if (right != null && right.height > height(left) + 2) {
      if (height(right.right) >= height(right.left)) {
        return node(
            node(left, middle.key, middle.value, right.left), right.key, right.value, right.right);
      }
      Node<K, V> inner = Objects.requireNonNull(right.left);
      return node(
          node(left, middle.key, middle.value, inner.left),
          inner.key,
          inner.value,
          node(inner.right, right.key, right.value, right.right));
    }
    return node(left, middle.key, middle.value, right);
  }

  private static <K, V> Node<K, V> node(
      @Nullable Node<K, V> left, K key, V value, @Nullable Node<K, V> right) {
    return new Node<>(
        left,
        key,
        value,
        right,
        1 + Math.max(height(left), height(right)),
        1 + size(left) + size(right));
  }

  private static int height(@Nullable Node<?, ?> node) {
    return node == null ? 0 : node.height;
  }

  private static int size(@Nullable Node<?, ?> node) {
    return node == null ? 0 : node.size;
  }

  /** In order, remembering the nodes whose right side is still to come. */
  private static final class Walk<K, V> implements Iterator<V> {
    private final ArrayDeque<Node<K, V>> pending = new ArrayDeque<>();

    Walk(@Nullable Node<K, V> root) {
      descend(root);
    }

    private void descend(@Nullable Node<K, V> from) {
      for (Node<K, V> node = from; node != null; node = node.left) {
        pending.push(node);
      }
    }

    @Override
    public boolean hasNext() {
      return !pending.isEmpty();
    }

    @Override
    public V next() {
      if (pending.isEmpty()) {
        throw new NoSuchElementException();
      }
      Node<K, V> node = pending.pop();
      descend(node.right);
      return node.value;
    }
  }
}
