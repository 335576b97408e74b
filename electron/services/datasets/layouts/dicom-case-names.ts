// What a series is called as a case: by its folder, as short as it stays clear. Names of patients in the files are not used.

/** Folders that say what is in them and not whose it is. */
const GENERIC = /^(images?(tr|ts)?|imgs?|cts?|mri?s?|scans?|volumes?|data|dicoms?|dcms?)$/i

/**
 * @param series with its folder relative to the root, '' for the root itself
 * @returns UID -> name, all different
 */
export function nameSeries(series: readonly { uid: string; folder: string }[]): Map<string, string> {
  const ways = [
    (folder: string): string => folder.split('/')[0],
    (folder: string): string => folder.slice(folder.lastIndexOf('/') + 1),
    (folder: string): string => folder.replaceAll('/', '_'),
  ]
  const clearName = (folder: string): string | undefined =>
    ways
      .filter((way) => series.filter((other) => way(other.folder) === way(folder)).length === 1)
      .map((way) => way(folder))
      .find((name) => name !== '' && !GENERIC.test(name))
  const taken = new Map<string, number>()
  return new Map(
    series.map(({ uid, folder }) => {
      const clear = clearName(folder)
      if (clear !== undefined) return [uid, clear]
      const base = folder.replaceAll('/', '_') || 'series'
      const count = (taken.get(base) ?? 0) + 1
      taken.set(base, count)
      return [uid, `${base}-${count}`]
    }),
  )
}
