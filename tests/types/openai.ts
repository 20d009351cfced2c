// Requests move over from the official SDK and back without a change.
import type OpenAI from "openai";
import type { ImageEditParamsBase, ImageGenerateParamsBase } from "openai/resources/images";
import type { ResponseCreateParams, ResponseOutputItem, Tool } from "openai/resources/responses/responses";
import type { Uploadable } from "openai/uploads";

import { ImageClient } from "gpt-image-edge";
import type {
  EditRequest,
  GenerateRequest,
  ImageCall,
  ImageEvent,
  ImageResult,
  ImageSource,
  ImageTool,
  RespondRequest,
  ResponseResult,
  Usage,
} from "gpt-image-edge";

type Equal<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const holds = <T extends true>(..._: T[]) => {};

type Generate = OpenAI.Images.ImageGenerateParams;
type Edit = OpenAI.Images.ImageEditParams;

// Both ways; `stream` is narrowed by the SDK in its two overloads, so it is compared apart.
holds<Equal<Omit<GenerateRequest, "stream">, Omit<ImageGenerateParamsBase, "stream">>>();
holds<Equal<GenerateRequest["stream"], Generate["stream"]>>();
holds<Equal<Omit<EditRequest<Uploadable>, "stream">, Omit<ImageEditParamsBase, "stream">>>();
holds<Equal<EditRequest["stream"], Edit["stream"]>>();
holds<Equal<Required<GenerateRequest>["svg"], Required<Generate>["svg"]>>();
holds<Equal<keyof GenerateRequest, keyof Generate>>();
holds<Equal<keyof EditRequest, keyof Edit>>();

// The image tool both ways. Of a response's other fields, all that the SDK has and takes, we take.
holds<Equal<ImageTool, Tool.ImageGeneration>>();
holds<Equal<keyof RespondRequest, keyof ResponseCreateParams>>();
holds<ResponseCreateParams extends RespondRequest ? true : false>();
holds<Omit<ResponseOutputItem.ImageGenerationCall, "result"> extends ImageCall ? true : false>();
holds<OpenAI.Responses.ResponseUsage extends Required<ResponseResult>["usage"] ? true : false>();

// Whatever the SDK uploads, we take; and what a page has at hand, too.
const uploadable: ImageSource = {} as Uploadable;
const bytes: ImageSource = new Uint8Array();
(void uploadable, bytes);

// What comes back is no narrower than what the SDK says.
holds<OpenAI.Images.ImagesResponse["size"] extends ImageResult["size"] ? true : false>();
holds<OpenAI.Images.ImagesResponse["quality"] extends ImageResult["quality"] ? true : false>();
holds<OpenAI.Images.ImagesResponse["output_format"] extends ImageResult["output_format"] ? true : false>();
holds<OpenAI.Images.ImagesResponse["background"] extends ImageResult["background"] ? true : false>();
holds<OpenAI.Images.ImagesResponse.Usage extends Usage ? true : false>();
holds<OpenAI.Images.ImageGenCompletedEvent["size"] extends ImageEvent["size"] ? true : false>();

/** One line changes: the client. */
export async function moved(
  client: ImageClient,
  openai: OpenAI,
  params: OpenAI.Images.ImageGenerateParamsNonStreaming,
) {
  await openai.images.generate(params);
  return client.generate(params);
}

/** And with the Responses API. */
export async function responded(
  client: ImageClient,
  openai: OpenAI,
  params: OpenAI.Responses.ResponseCreateParamsNonStreaming,
) {
  await openai.responses.create(params);
  return client.respond(params);
}
