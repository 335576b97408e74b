// Which volume of a file that holds several. Nobody guesses: without a number, a file of several is refused.
import { OrganMosaicError } from '../../../contract/errors.ts'

/**
 * @param count volumes that the file holds
 * @param number from 1, as the address says; null when it says nothing
 * @param sizes of the file, for the message
 * @returns position from 0
 * @throws OrganMosaicError invalid-data
 */
export function chooseVolume(count: number, number: number | null, sizes: readonly number[], path: string): number {
  if (number !== null && number >= 1 && number <= count) return number - 1
  if (number !== null) {
    throw new OrganMosaicError(
      'invalid-data',
      `${path} holds ${count === 1 ? 'one volume' : `${count} volumes`}, and volume ${number} was chosen; choose one from 1 to ${count}. In a dataset the choice counts for all cases: exclude those that hold fewer.`,
      { details: { finding: 'not-three-dimensional' } },
    )
  }
  if (count === 1) return 0
  throw notThreeDimensional(path, `several volumes (${sizes.join(' x ')})`, sizes, count)
}

/** @param volumes how many there are to choose from; 0 when a choice would not help */
export function notThreeDimensional(
  path: string,
  what: string,
  sizes: readonly number[],
  volumes = 0,
): OrganMosaicError {
  const next =
    volumes > 1
      ? `Choose one of 1 to ${volumes}: --volume for a dataset, #volume=1 after the name of a single image.`
      : 'Export it as a volume, or exclude the case.'
  return new OrganMosaicError('invalid-data', `${path} holds ${what}; expected one 3D volume. ${next}`, {
    details: { finding: 'not-three-dimensional', dims: sizes, volumes },
  })
}
