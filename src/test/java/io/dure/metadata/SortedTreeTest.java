package io.dure.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The persistent map under the image, against the JDK's sorted map. */
class SortedTreeTest {
  @Test
  void behavesAsASortedMapAndOldVersionsStay() {
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      TreeMap<Integer, Integer> model = new TreeMap<>();
      SortedTree<Integer, Integer> tree = SortedTree.empty(Comparator.naturalOrder());
      for (int i = 0; i < 400; i++) {
        int key = random.nextInt(150);
        SortedTree<Integer, Integer> before = tree;
        List<Integer> valuesBefore = List.copyOf(before.values());
        if (random.nextInt(3) == 0) {
          tree = tree.without(key);
          model.remove(key);
        } else {
          tree = tree.with(key, i);
          model.put(key, i);
        }
        assertThat(tree.values()).containsExactlyElementsOf(model.values());
        assertThat(tree.size()).isEqualTo(model.size());
        assertThat(tree.get(key)).isEqualTo(Optional.ofNullable(model.get(key)));
        assertThat(before.values()).containsExactlyElementsOf(valuesBefore);
      }
    }
  }

  @Test
  void differenceIsWhatTheTwoDoNotShare() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      TreeMap<Integer, String> before = new TreeMap<>();
      SortedTree<Integer, String> beforeTree = SortedTree.empty(Comparator.naturalOrder());
      for (int i = 0; i < random.nextInt(200); i++) {
        int key = random.nextInt(300);
        String value = "v" + i;
        before.put(key, value);
        beforeTree = beforeTree.with(key, value);
      }
      TreeMap<Integer, String> now = new TreeMap<>(before);
      SortedTree<Integer, String> nowTree = beforeTree;
      for (int i = 0; i < random.nextInt(60); i++) {
        int key = random.nextInt(300);
        if (random.nextBoolean()) {
          nowTree = nowTree.without(key);
          now.remove(key);
        } else {
          String value = "w" + i;
          nowTree = nowTree.with(key, value);
          now.put(key, value);
        }
      }
      assertThat(differences(beforeTree, nowTree)).isEqualTo(differences(before, now));
    }
  }

  @Test
  void tenThousandAscendingKeysStayShallow() {
    SortedTree<Integer, Integer> tree = SortedTree.empty(Comparator.naturalOrder());
    for (int i = 0; i < 10_000; i++) {
      tree = tree.with(i, i);
    }
    assertThat(tree.height()).isLessThan(22);
  }

  private static List<String> differences(
      SortedTree<Integer, String> before, SortedTree<Integer, String> now) {
    List<String> seen = new ArrayList<>();
    now.diff(
        before,
        new SortedTree.DiffVisitor<>() {
          @Override
          public void added(String value) {
            seen.add("+" + value);
          }

          @Override
          public void changed(String old, String value) {
            seen.add(old + ">" + value);
          }

          @Override
          public void removed(String value) {
            seen.add("-" + value);
          }
        });
    return seen.stream().sorted().toList();
  }

  private static List<String> differences(
      TreeMap<Integer, String> before, TreeMap<Integer, String> now) {
    List<String> all = new ArrayList<>();
    TreeSet<Integer> keys = new TreeSet<>(before.keySet());
    keys.addAll(now.keySet());
    for (int key : keys) {
      String old = before.get(key);
      String value = now.get(key);
      if (old == null) {
        all.add("+" + value);
      } else if (value == null) {
        all.add("-" + old);
      } else if (!old.equals(value)) {
        all.add(old + ">" + value);
      }
    }
    return all.stream().sorted().toList();
  }
}
