// Keys of the configuration in words, for people who do not write it by hand.

/** @example 'Max patch voxels' for 'maxPatchVoxels', 'Stage 1' for 'stage1' */
export function settingName(key: string): string {
  const words = key.replaceAll(/[A-Z]|\d+/g, (part) => ` ${part.toLowerCase()}`).trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** @example 'Stage 1: feature difference' for 'stage1.featureDifference' */
export function settingGroupName(key: string): string {
  const [first = '', ...rest] = key.split('.').map(settingName)
  return [first, ...rest.map((name) => name.charAt(0).toLowerCase() + name.slice(1))].join(': ')
}
