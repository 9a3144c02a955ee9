/*
    What files say of their own origin. These rules are part of the program; --no-default-rules leaves them out.

    They give no verdict: what a file says and what its pixels say are two findings, and a statement can be removed or forged. A rule of your
    own that takes statements at their word is four lines, see assay-rules(5). Matching goes by what was read from the file's containers,
    not by searching its bytes, where any text could pose as a mark.
*/

// IPTC NewsCodes, Digital Source Type, and the marks of generators below: https://cv.iptc.org/newscodes/digitalsourcetype/
rule says_synthetic : declared synthetic
{
    meta:
        reason = "the file says that it was generated"
    condition:
        declared_synthetic
}

// https://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia
rule says_composite : declared composite
{
    meta:
        reason = "the file says that generated and other parts were put together"
    condition:
        declared_source_types contains "/compositeWithTrainedAlgorithmicMedia" or declared_source_types contains "/compositeSynthetic"
}

// https://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture
rule says_capture : declared capture
{
    meta:
        reason = "the file says that a camera took it"
    condition:
        declared_capture
}

// https://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia
rule trained_algorithmic_media : declared synthetic iptc
{
    meta:
        reason = "digital source type trainedAlgorithmicMedia"
    condition:
        declared_source_types contains "/trainedAlgorithmicMedia"
}

// https://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia
rule algorithmic_media : declared synthetic iptc
{
    meta:
        reason = "digital source type algorithmicMedia"
    condition:
        declared_source_types contains "/algorithmicMedia"
}

// IPTC Photo Metadata Standard 2025.1, AI System Used: https://www.iptc.org/std/photometadata/specification/IPTC-PhotoMetadata
rule names_ai_system : declared synthetic iptc
{
    meta:
        reason = "names the AI system that made it"
    condition:
        declared_ai_system != ""
}

// https://github.com/AUTOMATIC1111/stable-diffusion-webui (modules/infotext_utils.py)
rule generation_parameters : declared synthetic
{
    meta:
        reason = "holds the settings of a generation"
    condition:
        declared_parameters
}

// C2PA Technical Specification, Validation: https://spec.c2pa.org/specifications/specifications/2.1/specs/C2PA_Specification.html
rule content_credentials_intact : declared c2pa
{
    meta:
        reason = "signed content credentials that fit the file"
    condition:
        c2pa_signature == "valid" and c2pa_binding == "match"
}

// The same specification, Validation status codes: https://spec.c2pa.org/specifications/specifications/2.1/specs/C2PA_Specification.html
rule content_credentials_broken : declared c2pa
{
    meta:
        reason = "content credentials that do not fit the file or its signature"
        review = true
    condition:
        c2pa_signature == "invalid" or c2pa_binding == "mismatch"
}

// https://github.com/AUTOMATIC1111/stable-diffusion-webui (modules/infotext_utils.py)
rule stable_diffusion_webui : declared synthetic generator
{
    meta:
        reason = "settings of Stable Diffusion WebUI"
    condition:
        declared_generator == "Stable Diffusion WebUI"
}

// https://github.com/lllyasviel/stable-diffusion-webui-forge
rule forge : declared synthetic generator
{
    meta:
        reason = "settings of Stable Diffusion WebUI Forge"
    condition:
        declared_generator startswith "Forge"
}

// https://github.com/vladmandic/sdnext
rule sd_next : declared synthetic generator
{
    meta:
        reason = "settings of SD.Next"
    condition:
        declared_generator == "SD.Next"
}

// https://github.com/mcmonkeyprojects/SwarmUI (docs/Image Metadata Format.md)
rule swarmui : declared synthetic generator
{
    meta:
        reason = "settings of SwarmUI"
    condition:
        declared_generator == "SwarmUI"
}

// https://github.com/comfyanonymous/ComfyUI (nodes.py, SaveImage)
rule comfyui : declared synthetic generator
{
    meta:
        reason = "a workflow of ComfyUI"
    condition:
        declared_generator == "ComfyUI"
}

// https://github.com/invoke-ai/InvokeAI (invokeai/app/services/image_files)
rule invokeai : declared synthetic generator
{
    meta:
        reason = "settings of InvokeAI"
    condition:
        declared_generator == "InvokeAI"
}

// https://docs.novelai.net/en/image/
rule novelai : declared synthetic generator
{
    meta:
        reason = "settings of NovelAI"
    condition:
        declared_generator == "NovelAI"
}

// https://github.com/lllyasviel/Fooocus (modules/meta_parser.py)
rule fooocus : declared synthetic generator
{
    meta:
        reason = "settings of Fooocus"
    condition:
        declared_generator endswith "Fooocus"
}

// https://docs.drawthings.ai/
rule draw_things : declared synthetic generator
{
    meta:
        reason = "settings of Draw Things"
    condition:
        declared_generator == "Draw Things"
}

// https://docs.midjourney.com/
rule midjourney : declared synthetic generator
{
    meta:
        reason = "a mark of Midjourney"
    condition:
        declared_generator == "Midjourney"
}

// https://help.openai.com/en/articles/8912793-c2pa-in-chatgpt-images
rule dall_e : declared synthetic generator
{
    meta:
        reason = "a mark of DALL-E"
    condition:
        declared_generator == "DALL-E"
}

// https://help.openai.com/en/articles/8912793-c2pa-in-chatgpt-images
rule openai : declared synthetic generator
{
    meta:
        reason = "a mark of OpenAI"
    condition:
        declared_generator == "ChatGPT" or declared_generator == "GPT Image"
}

// https://helpx.adobe.com/firefly/get-set-up/learn-the-basics/content-credentials-overview.html
rule adobe_firefly : declared synthetic generator
{
    meta:
        reason = "a mark of Adobe Firefly"
    condition:
        declared_generator == "Adobe Firefly"
}

// https://support.google.com/gemini/answer/14286560
rule google : declared synthetic generator
{
    meta:
        reason = "a mark of Google's generators"
    condition:
        declared_generator == "Google Gemini" or declared_generator == "Google Imagen"
}

// https://www.bing.com/images/create/help
rule bing_image_creator : declared synthetic generator
{
    meta:
        reason = "a mark of Bing Image Creator"
    condition:
        declared_generator == "Bing Image Creator"
}

// https://about.fb.com/news/2024/02/labeling-ai-generated-images-on-facebook-instagram-and-threads/
rule meta_ai : declared synthetic generator
{
    meta:
        reason = "a mark of Meta AI"
    condition:
        declared_generator == "Meta AI"
}

// https://docs.x.ai/docs/guides/image-generations
rule grok : declared synthetic generator
{
    meta:
        reason = "a mark of Grok"
    condition:
        declared_generator == "Grok"
}

// https://docs.aws.amazon.com/bedrock/latest/userguide/titan-image-models.html
rule amazon : declared synthetic generator
{
    meta:
        reason = "a mark of Amazon's generators"
    condition:
        declared_generator == "Amazon Titan" or declared_generator == "Amazon Nova Canvas"
}

// https://github.com/black-forest-labs/flux (src/flux/cli.py)
rule black_forest_labs : declared synthetic generator
{
    meta:
        reason = "a mark of FLUX"
    condition:
        declared_generator == "Black Forest Labs FLUX"
}

// https://github.com/Stability-AI/stablediffusion
rule stability_ai : declared synthetic generator
{
    meta:
        reason = "a mark of Stable Diffusion"
    condition:
        declared_generator == "Stability AI" or declared_generator == "Stable Diffusion"
}

// Statements and pixels judged apart: https://spec.c2pa.org/specifications/specifications/2.1/guidance/Guidance.html
rule capture_but_fake : contradiction
{
    meta:
        code = "contradiction:capture-but-fake"
        reason = "says that a camera took it, and its pixels say fake"
        review = true
    condition:
        declared_capture and fused >= threshold_fake
}

// The same.
rule synthetic_but_real : contradiction
{
    meta:
        code = "contradiction:synthetic-but-real"
        reason = "says that it was generated, and its pixels say real"
        review = true
    condition:
        declared_synthetic and fused <= threshold_real
}

// More than make and model, which editors write too. Exif 3.0, MakerNote (0x927C): https://www.cipa.jp/std/documents/download_e.html?DC-008-Translation-2023-E
rule parameters_beside_camera : contradiction
{
    meta:
        code = "contradiction:parameters-beside-camera"
        reason = "holds the settings of a generation beside the Exif data of a camera"
        review = true
    condition:
        declared_parameters and camera_plausible
}
