// Work on many items, a few at a time, results in the order of the items.

/**
 * Rejects with the first error; items that have not begun by then never do.
 * @param limit how many at once; may change meanwhile
 */
export function mapConcurrently<In, Out>(
  items: readonly In[],
  limit: number | (() => number),
  work: (item: In) => Promise<Out>,
): Promise<Out[]> {
  const atOnce = typeof limit === 'number' ? () => limit : limit
  return new Promise((resolve, reject) => {
    const results: Out[] = []
    let [next, running, failed] = [0, 0, false]
    const fail = (error: unknown): void => {
      failed = true
      reject(error as Error)
    }
    const one = async (at: number): Promise<void> => {
      results[at] = await work(items[at])
      running--
      pump()
    }
    function pump(): void {
      if (failed) return
      if (next === items.length && running === 0) resolve(results)
      while (next < items.length && running < atOnce()) {
        running++
        one(next++).catch(fail)
      }
    }
    pump()
  })
}
