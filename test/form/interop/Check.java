import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;

/** Of each file named: whether veraPDF takes it for PDF/A-3b, with the rules that it breaks. */
public class Check {
  public static void main(String[] files) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    PDFAFlavour flavour = PDFAFlavour.PDFA_3_B;
    for (String file : files) {
      try (var parser = Foundries.defaultInstance().createParser(new FileInputStream(file), flavour);
          var validator = Foundries.defaultInstance().createValidator(flavour, false)) {
        var result = validator.validate(parser);
        System.out.print(result.isCompliant() ? "compliant" : "NOT compliant");
        for (var assertion : result.getTestAssertions()) {
          var rule = assertion.getRuleId();
          System.out.print(" " + rule.getClause() + "-" + rule.getTestNumber());
        }
        System.out.println();
      }
    }
  }
}
