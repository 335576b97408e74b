// Which formats an image gets: those that were chosen and fit it, or what its lab opens.
import { OUTPUT_FORMATS, usualFormats, type OutputFormat } from '../../../contract/output.ts'
import { isDicomImage, needsDicom } from './dicom/source-series.ts'

export interface FittingFormats {
  readonly isDicom: boolean
  readonly formats: OutputFormat[]
  /** Sentences for those that were chosen and do not fit */
  readonly refused: string[]
}

/** @param chosen absent: the usual ones */
export async function formatsFor(image: string, chosen?: readonly OutputFormat[]): Promise<FittingFormats> {
  const isDicom = await isDicomImage(image)
  const wanted = chosen ?? usualFormats(isDicom)
  const fits = (format: OutputFormat): boolean => isDicom || !OUTPUT_FORMATS[format].needsDicom
  return {
    isDicom,
    formats: wanted.filter(fits),
    refused: wanted
      .filter((format) => !fits(format))
      .map((format) => needsDicom(image, OUTPUT_FORMATS[format].name).message),
  }
}
